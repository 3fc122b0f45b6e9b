package io.mocov3.augment.policy;

import io.mocov3.augment.batch.CounterRandom;

/**
 * Random erasing (arXiv 1708.04896) as DeiT uses it: a rectangle of 2 % to a third of the image
 * becomes noise, which after normalisation has mean 0 and deviation 1 but for what uint8 clips.
 *
 * @param probability that an image loses a rectangle
 */
public record RandomErasing(double probability) {
  private static final int ATTEMPTS = 10;
  private static final double SMALLEST = 0.02;
  private static final double LARGEST = 1.0 / 3;
  private static final double RATIO = 0.3;

  public RandomErasing {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("the probability of erasing must be in 0..1");
    }
  }

  void apply(Raster image, double[] mean, double[] std, CounterRandom random) {
    if (!random.chance(probability)) {
      return;
    }
    int side = image.side();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double area = random.uniform(SMALLEST, LARGEST) * side * side;
      double ratio = Math.exp(random.uniform(Math.log(RATIO), -Math.log(RATIO)));
      int height = (int) Math.rint(Math.sqrt(area * ratio));
      int width = (int) Math.rint(Math.sqrt(area / ratio));
      if (height > 0 && width > 0 && height < side && width < side) {
        int top = random.nextInt(side - height + 1);
        int left = random.nextInt(side - width + 1);
        for (int y = top; y < top + height; y++) {
          for (int x = left; x < left + width; x++) {
            for (int channel = 0; channel < 3; channel++) {
              double value = 255 * (mean[channel] + std[channel] * random.nextGaussian());
              image.set(y, x, channel, Math.clamp(Math.round(value), 0, 255));
            }
          }
        }
        return;
      }
    }
  }
}
