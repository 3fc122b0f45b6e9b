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

  /**
   * Each operation draws from a stream of its own, so that another one more or less, or one that
   * draws more, shifts no other's. The numbers stay what they are.
   */
  private enum Draw {
    CROP(1),
    JITTER(2),
    GRAYSCALE(3),
    BLUR(4),
    SOLARIZE(5),
    FLIP(6);

    private final long stream;

    Draw(long stream) {
      this.stream = stream;
    }

    CounterRandom from(CounterRandom view) {
      return view.below(stream);
    }
  }

  /** Draws one view of an image of the given width and height; {@code view} is its stream. */
  public static ViewParameters draw(ViewRecipe recipe, int width, int height, CounterRandom view) {
    return new ViewParameters(
        recipe.size(),
        crop(recipe.crop(), width, height, view),
        jitter(recipe.jitter(), Draw.JITTER.from(view)),
        Draw.GRAYSCALE.from(view).chance(recipe.grayscaleProbability()),
        sigma(recipe.blur(), Draw.BLUR.from(view)),
        Draw.SOLARIZE.from(view).chance(recipe.solarizeProbability()),
        Draw.FLIP.from(view).chance(recipe.flipProbability()));
  }

  /** RandomResizedCrop's box: ten attempts, then the largest centred box of an allowed ratio. */
  static Crop crop(ViewRecipe.Crop rule, int width, int height, CounterRandom view) {
    CounterRandom random = Draw.CROP.from(view);
    double area = (double) width * height;
    double logMin = Math.log(rule.ratioMin());
    double logMax = Math.log(rule.ratioMax());
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double target = area * random.uniform(rule.scaleMin(), rule.scaleMax());
      double ratio = Math.exp(random.uniform(logMin, logMax));
      long w = (long) Math.rint(Math.sqrt(target * ratio));
      long h = (long) Math.rint(Math.sqrt(target / ratio));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        int top = random.nextInt(height - (int) h + 1);
        int left = random.nextInt(width - (int) w + 1);
        return new Crop(top, left, (int) h, (int) w);
      }
    }
    return centre(rule, width, height);
  }

  private static Optional<Jitter> jitter(ViewRecipe.Jitter rule, CounterRandom random) {
    return random.chance(rule.probability())
        ? Optional.of(factors(rule, random))
        : Optional.empty();
  }

  static Jitter factors(ViewRecipe.Jitter rule, CounterRandom random) {
    List<ColorOperation> order =
        ColorOperation.ORDERS.get(random.nextInt(ColorOperation.ORDERS.size()));
    return new Jitter(
        order,
        factor(rule.brightness(), random),
        factor(rule.contrast(), random),
        factor(rule.saturation(), random),
        random.uniform(-rule.hue(), rule.hue()));
  }

  private static OptionalDouble sigma(ViewRecipe.Blur rule, CounterRandom random) {
    return random.chance(rule.probability())
        ? OptionalDouble.of(random.uniform(rule.sigmaMin(), rule.sigmaMax()))
        : OptionalDouble.empty();
  }

  private static Crop centre(ViewRecipe.Crop rule, int width, int height) {
    double ratio = (double) width / height;
    int w = width;
    int h = height;
    if (ratio < rule.ratioMin()) {
      h = (int) Math.rint(width / rule.ratioMin());
    } else if (ratio > rule.ratioMax()) {
      w = (int) Math.rint(height * rule.ratioMax());
    }
    h = Math.max(1, h);
    w = Math.max(1, w);
    return new Crop((height - h) / 2, (width - w) / 2, h, w);
  }

  private static double factor(double strength, CounterRandom random) {
    return random.uniform(Math.max(0, 1 - strength), 1 + strength);
  }
}
