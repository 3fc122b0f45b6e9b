package io.mocov3.augment.shapes;

/**
 * What varies within a class of the built-in images. Grey levels are in 0..255, scales in shares of
 * the image's side.
 *
 * @param scaleMin smallest diameter of a shape
 * @param copies largest number of copies of the shape: every crop shows one, and where they stand
 *     has too many possibilities for pixels to be compared
 * @param rotationDegrees largest rotation either way
 * @param overhang share of the diameter that may leave the image
 * @param contrastMin smallest distance of the shape's grey from the background's
 * @param levelMin smallest grey of the darker one of shape and background
 * @param darkShare share of the images with a dark shape on a light background
 * @param textureAmplitude standard deviation of the background's smooth texture
 * @param noise standard deviation of the noise of single pixels, the same in every image: a level
 *     of its own would mark an image in both of its views
 */
public record ShapeStyle(
    double scaleMin,
    double scaleMax,
    int copies,
    double rotationDegrees,
    double overhang,
    double contrastMin,
    double contrastMax,
    double levelMin,
    double levelMax,
    double darkShare,
    double textureAmplitude,
    double noise) {

  /** Tuned so that raw pixels separate the classes badly while people tell them apart at once. */
  public static ShapeStyle defaults() {
    return new ShapeStyle(0.3, 0.45, 4, 12, 0.1, 100, 120, 50, 70, 0, 0, 15);
  }
}
