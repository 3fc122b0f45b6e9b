package io.mocov3.augment.view;

/**
 * How a view is drawn from an image: random resized crop, colour jitter, grayscale, blur, solarize,
 * flip, in this order (BYOL's recipe, used by MoCo v3).
 *
 * @param size side of the square view in pixels
 * @param cropScaleMin smallest share of the image's area that a crop aims at
 * @param ratioMin smallest width / height of a crop
 * @param brightness strength s: the factor is uniform in [max(0, 1 - s), 1 + s]; likewise contrast
 *     and saturation
 * @param hue the shift is uniform in [-hue, hue], in turns
 * @param sigmaMin smallest standard deviation of the blur, in pixels of the view
 */
public record ViewRecipe(
    int size,
    double cropScaleMin,
    double cropScaleMax,
    double ratioMin,
    double ratioMax,
    double jitterProbability,
    double brightness,
    double contrast,
    double saturation,
    double hue,
    double grayscaleProbability,
    double blurProbability,
    double sigmaMin,
    double sigmaMax,
    double solarizeProbability,
    double flipProbability) {

  public ViewRecipe {
    require(size >= 1, "size", size, "at least 1");
    requireRange("crop-scale", cropScaleMin, cropScaleMax, 1);
    requireRange("ratio", ratioMin, ratioMax, Double.MAX_VALUE);
    requireRange("sigma", sigmaMin, sigmaMax, Double.MAX_VALUE);
    requireProbability("jitter-probability", jitterProbability);
    requireProbability("grayscale-probability", grayscaleProbability);
    requireProbability("blur-probability", blurProbability);
    requireProbability("solarize-probability", solarizeProbability);
    requireProbability("flip-probability", flipProbability);
    require(brightness >= 0, "brightness", brightness, "at least 0");
    require(contrast >= 0, "contrast", contrast, "at least 0");
    require(saturation >= 0, "saturation", saturation, "at least 0");
    require(hue >= 0 && hue <= 0.5, "hue", hue, "in 0..0.5");
  }

  /** View 1 of the paper: always blurred, never solarized. */
  public static ViewRecipe paperView1(int size) {
    return new ViewRecipe(
        size, 0.08, 1, 3.0 / 4, 4.0 / 3, 0.8, 0.4, 0.4, 0.2, 0.1, 0.2, 1, 0.1, 2, 0, 0.5);
  }

  /** View 2 of the paper: blurred with probability 0.1, solarized with probability 0.2. */
  public static ViewRecipe paperView2(int size) {
    return paperView1(size).withBlur(0.1, 0.1, 2).withSolarize(0.2);
  }

  /** View 1 for small images (CIFAR): the paper's without blur. */
  public static ViewRecipe smallView1(int size) {
    return paperView1(size).withBlur(0, 0.1, 2);
  }

  /** View 2 for small images (CIFAR): the paper's without blur. */
  public static ViewRecipe smallView2(int size) {
    return paperView2(size).withBlur(0, 0.1, 2);
  }

  /** The same recipe for another side length. */
  public ViewRecipe withSize(int pixels) {
    return new ViewRecipe(
        pixels,
        cropScaleMin,
        cropScaleMax,
        ratioMin,
        ratioMax,
        jitterProbability,
        brightness,
        contrast,
        saturation,
        hue,
        grayscaleProbability,
        blurProbability,
        sigmaMin,
        sigmaMax,
        solarizeProbability,
        flipProbability);
  }

  /** The same recipe with other crops. */
  public ViewRecipe withCrop(double scaleMin, double scaleMax, double minRatio, double maxRatio) {
    return new ViewRecipe(
        size,
        scaleMin,
        scaleMax,
        minRatio,
        maxRatio,
        jitterProbability,
        brightness,
        contrast,
        saturation,
        hue,
        grayscaleProbability,
        blurProbability,
        sigmaMin,
        sigmaMax,
        solarizeProbability,
        flipProbability);
  }

  /** The same recipe with other colour jitter. */
  public ViewRecipe withJitter(
      double probability,
      double brightnessStrength,
      double contrastStrength,
      double saturationStrength,
      double hueStrength) {
    return new ViewRecipe(
        size,
        cropScaleMin,
        cropScaleMax,
        ratioMin,
        ratioMax,
        probability,
        brightnessStrength,
        contrastStrength,
        saturationStrength,
        hueStrength,
        grayscaleProbability,
        blurProbability,
        sigmaMin,
        sigmaMax,
        solarizeProbability,
        flipProbability);
  }

  /** The same recipe with another probability of grayscale. */
  public ViewRecipe withGrayscale(double probability) {
    return new ViewRecipe(
        size,
        cropScaleMin,
        cropScaleMax,
        ratioMin,
        ratioMax,
        jitterProbability,
        brightness,
        contrast,
        saturation,
        hue,
        probability,
        blurProbability,
        sigmaMin,
        sigmaMax,
        solarizeProbability,
        flipProbability);
  }

  /** The same recipe with another blur. */
  public ViewRecipe withBlur(double probability, double minSigma, double maxSigma) {
    return new ViewRecipe(
        size,
        cropScaleMin,
        cropScaleMax,
        ratioMin,
        ratioMax,
        jitterProbability,
        brightness,
        contrast,
        saturation,
        hue,
        grayscaleProbability,
        probability,
        minSigma,
        maxSigma,
        solarizeProbability,
        flipProbability);
  }

  /** The same recipe with another probability of solarization. */
  public ViewRecipe withSolarize(double probability) {
    return new ViewRecipe(
        size,
        cropScaleMin,
        cropScaleMax,
        ratioMin,
        ratioMax,
        jitterProbability,
        brightness,
        contrast,
        saturation,
        hue,
        grayscaleProbability,
        blurProbability,
        sigmaMin,
        sigmaMax,
        probability,
        flipProbability);
  }

  /** The same recipe with another probability of a horizontal flip. */
  public ViewRecipe withFlip(double probability) {
    return new ViewRecipe(
        size,
        cropScaleMin,
        cropScaleMax,
        ratioMin,
        ratioMax,
        jitterProbability,
        brightness,
        contrast,
        saturation,
        hue,
        grayscaleProbability,
        blurProbability,
        sigmaMin,
        sigmaMax,
        solarizeProbability,
        probability);
  }

  private static void requireProbability(String name, double value) {
    require(value >= 0 && value <= 1, name, value, "a probability in 0..1");
  }

  private static void requireRange(String name, double min, double max, double limit) {
    require(min > 0 && min <= limit, name + " minimum", min, "above 0 and not beyond " + limit);
    require(max >= min && max <= limit, name + " maximum", max, min + " or more, to " + limit);
  }

  private static void require(boolean holds, String name, Number value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + "; it must be " + rule);
    }
  }
}
