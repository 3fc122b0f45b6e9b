package io.mocov3.augment.view;

import io.mocov3.augment.codec.Decoded.Image;

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

  int resizedWidth(Image image) {
    return side(image.width(), image.height());
  }

  int resizedHeight(Image image) {
    return side(image.height(), image.width());
  }

  /** Where the centre square begins; halves are rounded to even, as torchvision does. */
  static int offset(int length, int crop) {
    return (int) Math.rint((length - crop) / 2.0);
  }

  private int side(int length, int other) {
    return length <= other ? shortSide : (int) ((long) shortSide * length / other);
  }
}
