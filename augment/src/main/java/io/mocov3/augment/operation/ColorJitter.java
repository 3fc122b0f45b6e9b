package io.mocov3.augment.operation;

import java.util.List;

/**
 * The four colour operations in the drawn order, 8 bits between them. All but contrast look at one
 * pixel only, so they follow each other block by block; contrast needs the mean of what it gets.
 */
public final class ColorJitter {
  private static final int BLACK = 0;

  private ColorJitter() {}

  public static void apply(Planes planes, Jitter jitter, Hue hue, StageClock clock) {
    List<ColorOperation> order = jitter.order();
    int contrast = order.indexOf(ColorOperation.CONTRAST);
    int mean = 0;
    if (contrast >= 0) {
      long sum = 0;
      for (int b = 0; b < planes.blocks(); b++) {
        Planes.Block block = planes.block(b);
        apply(block, jitter, order.subList(0, contrast), mean, hue, clock);
        sum += Grayscale.sum(block);
        clock.end(ViewStage.CONTRAST);
      }
      mean = (int) ((double) sum / planes.pixels() + 0.5);
    }
    for (int b = 0; b < planes.blocks(); b++) {
      apply(
          planes.block(b),
          jitter,
          order.subList(Math.max(contrast, 0), order.size()),
          mean,
          hue,
          clock);
    }
  }

  private static void apply(
      Planes.Block block,
      Jitter jitter,
      List<ColorOperation> order,
      int mean,
      Hue hue,
      StageClock clock) {
    for (int i = 0; i < order.size(); i++) {
      switch (order.get(i)) {
        case BRIGHTNESS -> {
          Blend.withConstant(block, BLACK, jitter.brightness());
          clock.end(ViewStage.BRIGHTNESS);
        }
        case CONTRAST -> {
          Blend.withConstant(block, mean, jitter.contrast());
          clock.end(ViewStage.CONTRAST);
        }
        case SATURATION -> {
          Saturation.apply(block, jitter.saturation());
          clock.end(ViewStage.SATURATION);
        }
        case HUE -> {
          hue.apply(block, jitter.hue());
          clock.end(ViewStage.HUE);
        }
      }
    }
  }
}
