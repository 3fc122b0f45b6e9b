package io.mocov3.app.settings;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.loss.Sinkhorn;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.MethodConfig.SmallViews;
import io.mocov3.model.nn.HeadConfig;
import java.util.List;
import java.util.Optional;

/** Reads {@code method} as far as it says what is learned. */
final class MethodSection {
  private static final int MOST_PROTOTYPES = 1_000_000;

  /** The methods. */
  enum Name {
    MOCO_V3,
    SIMCLR,
    BYOL,
    SWAV
  }

  private MethodSection() {}

  /** Every key is checked, whichever method reads it. */
  static MethodConfig read(
      Section method,
      BackboneConfig backbone,
      HeadConfig projector,
      Optional<HeadConfig> predictor) {
    Name name = method.choice("name", Name.class);
    double temperature = method.number("temperature", 0.001, 100);
    int queue = method.integer("queue-length", 0, 10_000_000);
    Section swav = method.section("swav");
    int prototypes = swav.integer("prototypes", 2, MOST_PROTOTYPES);
    Sinkhorn sinkhorn =
        new Sinkhorn(
            swav.number("epsilon", 0.025, 100), swav.integer("sinkhorn-iterations", 1, 1000));
    long frozen = swav.whole("frozen-updates", 0, Settings.MOST_STEPS);
    SmallViews small =
        new SmallViews(swav.integer("small-crops", 0, 100), swav.integer("small-size", 1, 4096));
    boolean predicts = name == Name.MOCO_V3 || name == Name.BYOL;
    method.check(
        "name",
        "a method with a predictor (moco-v3, byol), or set model.predictor.layers = 0",
        predicts || predictor.isEmpty());
    method.check(
        "name",
        "another method than byol, or set model.predictor.layers: without one BYOL collapses",
        name != Name.BYOL || predictor.isPresent());
    method.check(
        "queue-length",
        "0 with method.name = " + method.text("name") + ": only moco-v3 has a queue",
        queue == 0 || name == Name.MOCO_V3);
    try {
      return switch (name) {
        case MOCO_V3 ->
            MethodConfig.momentumContrast(backbone, projector, predictor, temperature, queue);
        case SIMCLR -> MethodConfig.simClr(backbone, projector, temperature);
        case BYOL -> MethodConfig.byol(backbone, projector, predictor.orElseThrow());
        case SWAV ->
            MethodConfig.swav(
                backbone,
                projector,
                prototypes,
                temperature,
                sinkhorn,
                frozen,
                small.count() == 0 ? SmallViews.NONE : small);
      };
    } catch (ModelException e) {
      if (e.settings().contains("queue-length")) {
        throw method.refused(List.of("queue-length"), e.getMessage());
      }
      for (String key : List.of("prototypes", "small-size")) {
        if (e.settings().contains(key)) {
          throw swav.refused(List.of(key), e.getMessage());
        }
      }
      throw e;
    }
  }
}
