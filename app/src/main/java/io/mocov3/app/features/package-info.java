/** Features as files that other programs open. */
package io.mocov3.app.features;
