package io.mocov3.augment.codec;

/** How much of an image is asked for: rows from the top, which may spare the decoder the others. */
public interface NeededRows {
  /** All rows. */
  NeededRows ALL = (width, height) -> height;

  /** Rows from the top that must be right, of an image of this size. */
  int of(int width, int height);
}
