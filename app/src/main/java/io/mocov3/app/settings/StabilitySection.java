package io.mocov3.app.settings;

import io.mocov3.actors.StabilityPlan;
import io.mocov3.actors.StabilityPlan.Drill;
import io.mocov3.actors.StabilityPolicy;
import io.mocov3.actors.StabilityPolicy.Change;
import io.mocov3.metrics.TrainingMetrics.Reason;
import io.mocov3.model.BackboneConfig;
import io.mocov3.model.PatchProjectionKind;
import io.mocov3.model.VitConfig;
import io.mocov3.model.stability.DipRule;
import io.mocov3.model.stability.SpikeRule;

/** Reads {@code stability}. The steps between two live probes are not known here and stay 0. */
final class StabilitySection {
  private StabilitySection() {}

  static StabilityPlan read(Section stability, BackboneConfig backbone) {
    Change change = stability.choice("change", Change.class);
    StabilityPolicy.Action action = stability.choice("policy", StabilityPolicy.Action.class);
    boolean needsProjection =
        action == StabilityPolicy.Action.ROLLBACK
            && (change == Change.FREEZE_PROJECTION || change == Change.CLIP_PROJECTION);
    stability.check(
        "change",
        "skip-data or learning-rate where the patch projection is not trained",
        !needsProjection || trainsProjection(backbone));
    double factor = stability.number("factor", 0, 1);
    stability.check("factor", "greater than 0 and less than 1", factor > 0 && factor < 1);
    double clip = stability.number("projection-clip", 0, Double.MAX_VALUE);
    stability.check("projection-clip", "greater than 0", clip > 0);
    return new StabilityPlan(
        spikes(stability.section("spikes")),
        dips(stability.section("dips")),
        new StabilityPolicy(
            action,
            stability.choices("act-on", Reason.class),
            stability.integer("max-skips", 1),
            stability.integer("max-rollbacks", 0),
            change,
            factor,
            clip),
        stability.integer("recorded-steps", 1),
        0,
        drill(stability.section("drill"), backbone));
  }

  private static SpikeRule spikes(Section spikes) {
    double threshold = spikes.number("threshold", 0, Double.MAX_VALUE);
    spikes.check("threshold", "greater than 0", threshold > 0);
    return new SpikeRule(
        spikes.integer("window", 10),
        threshold,
        spikes.number("smallest-ratio", 1, Double.MAX_VALUE),
        spikes.integer("warm-up-steps", 10),
        spikes.integer("refractory-steps", 0),
        spikes.integer("lag-steps", 0));
  }

  private static DipRule dips(Section dips) {
    return new DipRule(
        dips.number("noise-factor", 0, Double.MAX_VALUE),
        fall(dips, "smallest-fall"),
        fall(dips, "smallest-health-fall"),
        dips.integer("settle-points", 3));
  }

  private static double fall(Section dips, String key) {
    double fall = dips.number(key, 0, 1);
    dips.check(key, "greater than 0", fall > 0);
    return fall;
  }

  private static Drill drill(Section drill, BackboneConfig backbone) {
    long step = drill.whole("step", 0);
    String layer = drill.nonEmptyText("layer");
    drill.check(
        "layer",
        "all, tokens, projector, predictor, or a trained layer of the backbone such as block_00",
        step == 0 || isLayer(layer, backbone));
    return new Drill(
        layer, step, drill.integer("steps", 1), drill.number("factor", 0, Double.MAX_VALUE));
  }

  private static boolean isLayer(String layer, BackboneConfig backbone) {
    return switch (layer) {
      case "all", "projector", "predictor" -> true;
      case "patch_projection" -> trainsProjection(backbone);
      case "tokens", "final_norm" -> backbone instanceof VitConfig;
      case "stem" -> !(backbone instanceof VitConfig);
      default ->
          layer.matches("block_\\d\\d")
              && (!(backbone instanceof VitConfig vit)
                  || Integer.parseInt(layer.substring("block_".length())) < vit.depth());
    };
  }

  private static boolean trainsProjection(BackboneConfig backbone) {
    return backbone instanceof VitConfig vit
        && vit.patchProjection() != PatchProjectionKind.FROZEN_RANDOM;
  }
}
