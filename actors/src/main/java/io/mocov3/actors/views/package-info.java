/** The stream from image files to batches of two views. */
package io.mocov3.actors.views;
