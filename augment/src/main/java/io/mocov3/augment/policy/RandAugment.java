package io.mocov3.augment.policy;

import io.mocov3.augment.batch.CounterRandom;

/**
 * RandAugment (arXiv 1909.13719) as DeiT uses it: {@code operations} times one of fifteen, each
 * applied with probability 0.5 at a magnitude around {@code magnitude}, of 10.
 *
 * @param operations drawn for an image
 * @param magnitude mean, 0 to 10
 * @param deviation standard deviation of the magnitude, which stays in 0..10
 */
public record RandAugment(int operations, double magnitude, double deviation) {
  private static final double MOST = 10;
  private static final double PROBABILITY = 0.5;

  public RandAugment {
    if (operations < 1 || !(magnitude >= 0 && magnitude <= MOST) || !(deviation >= 0)) {
      throw new IllegalArgumentException(
          "RandAugment needs an operation, a magnitude in 0..10 and a deviation of at least 0");
    }
  }

  void apply(Raster image, int[] fill, CounterRandom random) {
    PolicyOperation[] all = PolicyOperation.values();
    for (int i = 0; i < operations; i++) {
      CounterRandom own = random.below(i);
      PolicyOperation operation = all[own.nextInt(all.length)];
      boolean applied = own.chance(PROBABILITY);
      int sign = own.chance(0.5) ? -1 : 1;
      double drawn = Math.clamp(magnitude + deviation * own.nextGaussian(), 0, MOST);
      if (applied) {
        operation.apply(image, operation.level(drawn / MOST, sign), fill);
      }
    }
  }
}
