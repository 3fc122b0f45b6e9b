/** Pictures of what features find. */
package io.mocov3.app.picture;
