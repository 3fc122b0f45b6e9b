package io.mocov3.augment.operation;

/** A box of whole pixels inside an image. */
public record Crop(int top, int left, int height, int width) {
  public Crop {
    if (top < 0 || left < 0 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "a crop of " + height + " x " + width + " at " + top + ", " + left + " is not a box");
    }
  }
}
