/** Features as files and pictures, for other programs and for people. */
package io.mocov3.app.features;
