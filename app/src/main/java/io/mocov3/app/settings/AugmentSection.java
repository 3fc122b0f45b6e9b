package io.mocov3.app.settings;

import io.mocov3.augment.view.TwoViews;
import io.mocov3.augment.view.ViewRecipe;
import io.mocov3.augment.view.ViewRecipe.Blur;
import io.mocov3.augment.view.ViewRecipe.Crop;
import io.mocov3.augment.view.ViewRecipe.Jitter;
import java.util.List;

/** Reads {@code augment} into the two view recipes. */
final class AugmentSection {
  private AugmentSection() {}

  static TwoViews read(Section augment, int size) {
    return new TwoViews(
        recipe(augment.section("view-1"), size), recipe(augment.section("view-2"), size));
  }

  private static ViewRecipe recipe(Section view, int size) {
    List<Double> scale = view.range("crop-scale", 1);
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
