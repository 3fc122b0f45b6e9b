package io.mocov3.augment;

/**
 * What varies within a class of the built-in images. Grey levels are in 0..255, scales in shares of
 * the image's side.
 *
 * @param scaleMin smallest diameter of a shape
 * @param rotationDegrees largest rotation either way
 * @param overhang share of the diameter that may leave the image
 * @param contrastMin smallest distance of the shape's grey from the background's
 * @param darkShare share of the images with a dark shape on a light background
 * @param textureAmplitude standard deviation of the background's smooth texture
 * @param noiseMax largest standard deviation of the noise of single pixels
 */
public record ShapeStyle(
    double scaleMin,
    double scaleMax,
    double rotationDegrees,
    double overhang,
    double contrastMin,
    double contrastMax,
    double darkShare,
    double textureAmplitude,
    double noiseMax) {

  /** Tuned so that raw pixels separate the classes badly while people tell them apart at once. */
  public static ShapeStyle defaults() {
    return new ShapeStyle(0.3, 0.75, 20, 0.1, 70, 120, 0.5, 24, 10);
  }
}
