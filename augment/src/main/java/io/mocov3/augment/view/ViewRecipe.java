package io.mocov3.augment.view;

/**
 * How a view is drawn from an image: random resized crop, colour jitter, grayscale, blur, solarize,
 * flip, in this order (BYOL's recipe, used by MoCo v3). Probabilities are in 0..1.
 */
public record ViewRecipe(
    Crop crop,
    Jitter jitter,
    double grayscaleProbability,
    Blur blur,
    double solarizeProbability,
    double flipProbability) {

  /**
   * A random resized crop.
   *
   * @param size side of the square view in pixels
   * @param scaleMin smallest share of the image's area that a crop aims at, above 0
   * @param ratioMin smallest width / height of a crop, above 0
   */
  public record Crop(int size, double scaleMin, double scaleMax, double ratioMin, double ratioMax) {

    public Crop {
      require(size >= 1, "size", size, "at least 1");
      requireRange("crop-scale", scaleMin, scaleMax, 1);
      requireRange("ratio", ratioMin, ratioMax, Double.MAX_VALUE);
    }
  }

  /**
   * Colour jitter, its four operations in a random order.
   *
   * @param brightness strength s: the factor is uniform in [max(0, 1 - s), 1 + s]; likewise
   *     contrast and saturation
   * @param hue the shift is uniform in [-hue, hue], in turns, at most 0.5
   */
  public record Jitter(
      double probability, double brightness, double contrast, double saturation, double hue) {

    public Jitter {
      requireProbability("jitter-probability", probability);
      require(brightness >= 0, "brightness", brightness, "at least 0");
      require(contrast >= 0, "contrast", contrast, "at least 0");
      require(saturation >= 0, "saturation", saturation, "at least 0");
      require(hue >= 0 && hue <= 0.5, "hue", hue, "in 0..0.5");
    }
  }

  /**
   * A Gaussian blur.
   *
   * @param sigmaMin smallest standard deviation, in pixels of the view, above 0
   */
  public record Blur(double probability, double sigmaMin, double sigmaMax) {

    public Blur {
      requireProbability("blur-probability", probability);
      requireRange("sigma", sigmaMin, sigmaMax, Double.MAX_VALUE);
    }
  }

  public ViewRecipe {
    requireProbability("grayscale-probability", grayscaleProbability);
    requireProbability("solarize-probability", solarizeProbability);
    requireProbability("flip-probability", flipProbability);
  }

  /** View 1 of the paper: always blurred, never solarized. */
  public static ViewRecipe paperView1(int size) {
    return paper(size, 1, 0);
  }

  /** View 2 of the paper: blurred with probability 0.1, solarized with probability 0.2. */
  public static ViewRecipe paperView2(int size) {
    return paper(size, 0.1, 0.2);
  }

  /** View 1 for small images (CIFAR): the paper's without blur. */
  public static ViewRecipe smallView1(int size) {
    return paper(size, 0, 0);
  }

  /** View 2 for small images (CIFAR): the paper's without blur. */
  public static ViewRecipe smallView2(int size) {
    return paper(size, 0, 0.2);
  }

  private static ViewRecipe paper(int size, double blurProbability, double solarizeProbability) {
    return new ViewRecipe(
        new Crop(size, 0.08, 1, 3.0 / 4, 4.0 / 3),
        new Jitter(0.8, 0.4, 0.4, 0.2, 0.1),
        0.2,
        new Blur(blurProbability, 0.1, 2),
        solarizeProbability,
        0.5);
  }

  /** Side of the square view in pixels. */
  public int size() {
    return crop.size();
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
