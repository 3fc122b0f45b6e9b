package io.mocov3.app.settings;

import io.mocov3.augment.view.SmallCrops;
import io.mocov3.augment.view.TwoViews;
import io.mocov3.augment.view.ViewRecipe;
import io.mocov3.augment.view.ViewRecipe.Blur;
import io.mocov3.augment.view.ViewRecipe.Crop;
import io.mocov3.augment.view.ViewRecipe.Jitter;
import io.mocov3.model.method.MethodConfig.SmallViews;
import java.util.List;
import java.util.Optional;

/** Reads {@code augment} into the two view recipes. */
final class AugmentSection {
  private AugmentSection() {}

  /** {@code scale}: smallest and largest share of an image in a small crop, if there are any. */
  static TwoViews read(Section augment, int size, SmallViews small, List<Double> scale) {
    Section one = augment.section("view-1");
    Section two = augment.section("view-2");
    return new TwoViews(
        recipe(one, size),
        recipe(two, size),
        small.count() == 0
            ? Optional.empty()
            : Optional.of(
                new SmallCrops(
                    small.count(),
                    recipe(one, small.size(), scale),
                    recipe(two, small.size(), scale))));
  }

  private static ViewRecipe recipe(Section view, int size) {
    return recipe(view, size, view.range("crop-scale", 1));
  }

  private static ViewRecipe recipe(Section view, int size, List<Double> scale) {
    List<Double> ratio = view.range("crop-ratio", 100);
    List<Double> sigma = view.range("blur-sigma", 1000);
    return new ViewRecipe(
        new Crop(size, scale.get(0), scale.get(1), ratio.get(0), ratio.get(1)),
        new Jitter(
            view.number("jitter-probability", 0, 1),
            view.number("brightness", 0, 10),
            view.number("contrast", 0, 10),
            view.number("saturation", 0, 10),
            view.number("hue", 0, 0.5)),
        view.number("grayscale-probability", 0, 1),
        new Blur(view.number("blur-probability", 0, 1), sigma.get(0), sigma.get(1)),
        view.number("solarize-probability", 0, 1),
        view.number("flip-probability", 0, 1));
  }
}
