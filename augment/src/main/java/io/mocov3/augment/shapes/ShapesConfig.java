package io.mocov3.augment.shapes;

/**
 * Numbers of the built-in images.
 *
 * @param size side of an image in pixels
 */
public record ShapesConfig(int trainImages, int testImages, int size, long seed) {
  public ShapesConfig {
    if (trainImages < 1 || testImages < 1 || size < 16) {
      throw new IllegalArgumentException(
          "shapes need at least 1 image in each set and 16 pixels, not %d, %d and %d"
              .formatted(trainImages, testImages, size));
    }
  }

  /** 20,000 and 2,000 images of 32 x 32 pixels. */
  public static ShapesConfig defaults() {
    return new ShapesConfig(20_000, 2_000, 32, 1);
  }
}
