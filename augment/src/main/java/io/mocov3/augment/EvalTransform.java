package io.mocov3.augment;

import io.mocov3.augment.Decoded.Image;

/** The transform of evaluation: short side to a length, then the centre square; no randomness. */
public record EvalTransform(int shortSide, int crop) {
  /**
   * @throws IllegalArgumentException when the square is larger than the resized image
   */
  public EvalTransform {
    if (crop < 1 || shortSide < crop) {
      throw new IllegalArgumentException(
          "crop is " + crop + "; it must be in 1.." + shortSide + " (short side)");
    }
  }

  /** Writes crop x crop x 3 bytes to the front of {@code out}; equal sizes are only copied. */
  void apply(Image image, byte[] out, Scratch scratch) {
    int width = image.width();
    int height = image.height();
    int resizedWidth = width <= height ? shortSide : longSide(width, height);
    int resizedHeight = width <= height ? longSide(height, width) : shortSide;
    Image resized = image;
    if (resizedWidth != width || resizedHeight != height) {
      byte[] pixels = new byte[3 * resizedWidth * resizedHeight];
      Crop all = new Crop(0, 0, height, width);
      ResizedCrop.apply(image, all, resizedHeight, resizedWidth, pixels, scratch);
      resized = new Image(image.id(), resizedWidth, resizedHeight, pixels);
    }
    int top = (int) Math.rint((resizedHeight - crop) / 2.0);
    int left = (int) Math.rint((resizedWidth - crop) / 2.0);
    ResizedCrop.apply(resized, new Crop(top, left, crop, crop), crop, crop, out, scratch);
  }

  private int longSide(int longer, int shorter) {
    return (int) ((long) shortSide * longer / shorter);
  }
}
