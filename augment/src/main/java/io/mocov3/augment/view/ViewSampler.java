package io.mocov3.augment.view;

import io.mocov3.augment.batch.CounterRandom;
import io.mocov3.augment.operation.ColorOperation;
import io.mocov3.augment.operation.Crop;
import io.mocov3.augment.operation.Jitter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Draws the parameters of a view, with torchvision's distributions. */
public final class ViewSampler {
  private static final int ATTEMPTS = 10;

  private ViewSampler() {}

  /** Draws one view of an image of the given width and height. */
  public static ViewParameters draw(
      ViewRecipe recipe, int width, int height, CounterRandom random) {
    Crop crop = crop(recipe, width, height, random);
    Optional<Jitter> jitter =
        random.chance(recipe.jitterProbability())
            ? Optional.of(jitter(recipe, random))
            : Optional.empty();
    boolean grayscale = random.chance(recipe.grayscaleProbability());
    OptionalDouble sigma =
        random.chance(recipe.blurProbability())
            ? OptionalDouble.of(random.uniform(recipe.sigmaMin(), recipe.sigmaMax()))
            : OptionalDouble.empty();
    boolean solarize = random.chance(recipe.solarizeProbability());
    boolean flip = random.chance(recipe.flipProbability());
    return new ViewParameters(recipe.size(), crop, jitter, grayscale, sigma, solarize, flip);
  }

  /** RandomResizedCrop's box: ten attempts, then the largest centred box of an allowed ratio. */
  static Crop crop(ViewRecipe recipe, int width, int height, CounterRandom random) {
    double area = (double) width * height;
    double logMin = Math.log(recipe.ratioMin());
    double logMax = Math.log(recipe.ratioMax());
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double target = area * random.uniform(recipe.cropScaleMin(), recipe.cropScaleMax());
      double ratio = Math.exp(random.uniform(logMin, logMax));
      long w = (long) Math.rint(Math.sqrt(target * ratio));
      long h = (long) Math.rint(Math.sqrt(target / ratio));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        int top = random.nextInt(height - (int) h + 1);
        int left = random.nextInt(width - (int) w + 1);
        return new Crop(top, left, (int) h, (int) w);
      }
    }
    return centre(recipe, width, height);
  }

  static Jitter jitter(ViewRecipe recipe, CounterRandom random) {
    List<ColorOperation> order =
        ColorOperation.ORDERS.get(random.nextInt(ColorOperation.ORDERS.size()));
    return new Jitter(
        order,
        factor(recipe.brightness(), random),
        factor(recipe.contrast(), random),
        factor(recipe.saturation(), random),
        random.uniform(-recipe.hue(), recipe.hue()));
  }

  private static Crop centre(ViewRecipe recipe, int width, int height) {
    double ratio = (double) width / height;
    int w = width;
    int h = height;
    if (ratio < recipe.ratioMin()) {
      h = (int) Math.rint(width / recipe.ratioMin());
    } else if (ratio > recipe.ratioMax()) {
      w = (int) Math.rint(height * recipe.ratioMax());
    }
    h = Math.max(1, h);
    w = Math.max(1, w);
    return new Crop((height - h) / 2, (width - w) / 2, h, w);
  }

  private static double factor(double strength, CounterRandom random) {
    return random.uniform(Math.max(0, 1 - strength), 1 + strength);
  }
}
