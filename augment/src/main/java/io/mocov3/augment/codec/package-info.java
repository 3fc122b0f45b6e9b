/** From an image file to pixels. */
package io.mocov3.augment.codec;
