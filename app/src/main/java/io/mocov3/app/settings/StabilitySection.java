package io.mocov3.app.settings;

import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.events.StabilityPolicy.Change;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.actors.stability.StabilityPlan.Drill;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.stability.DipRule;
import io.mocov3.model.stability.SpikeRule;
import java.util.EnumSet;

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
    double factor = stability.coefficient("factor");
    stability.check("factor", "greater than 0 and less than 1", factor > 0);
    double clip = stability.positive("projection-clip", 1e9);
    return new StabilityPlan(
        spikes(stability.section("spikes")),
        dips(stability.section("dips")),
        new StabilityPolicy(
            action,
            stability.choices("act-on", EnumSet.complementOf(EnumSet.of(IncidentKind.REQUESTED))),
            stability.integer("max-skips", 1, 1_000_000),
            stability.integer("max-rollbacks", 0, 1_000_000),
            new StabilityPolicy.Repair(change, factor, clip)),
        stability.integer("recorded-steps", 1, 100_000),
        0,
        drill(stability.section("drill"), backbone));
  }

  private static SpikeRule spikes(Section spikes) {
    return new SpikeRule(
        spikes.integer("window", 10, 100_000),
        spikes.positive("threshold", 1_000_000),
        spikes.number("smallest-ratio", 1, 1_000_000),
        spikes.integer("warm-up-steps", 10, 1_000_000_000),
        spikes.integer("refractory-steps", 0, 1_000_000_000),
        spikes.integer("lag-steps", 0, 1_000_000_000));
  }

  private static DipRule dips(Section dips) {
    return new DipRule(
        dips.number("noise-factor", 0, 1_000_000),
        dips.positive("smallest-fall", 1),
        dips.positive("smallest-health-fall", 1),
        dips.integer("settle-points", 3, 1_000_000));
  }

  private static Drill drill(Section drill, BackboneConfig backbone) {
    long step = drill.whole("step", 0, Settings.MOST_STEPS);
    String layer = drill.nonEmptyText("layer");
    drill.check(
        "layer",
        "all, tokens, projector, predictor, or a trained layer of the backbone such as block_00",
        step == 0 || isLayer(layer, backbone));
    return new Drill(
        layer, step, drill.integer("steps", 1, 1_000_000_000), drill.number("factor", 0, 1e40));
  }

  private static boolean isLayer(String layer, BackboneConfig backbone) {
    return switch (layer) {
      case "all", "projector", "predictor" -> true;
      case "patch_projection" -> trainsProjection(backbone);
      case "tokens", "final_norm" -> backbone instanceof VitConfig;
      case "stem" -> !(backbone instanceof VitConfig);
      default ->
          layer.matches("block_\\d{2,4}")
              && (!(backbone instanceof VitConfig vit)
                  || Integer.parseInt(layer.substring("block_".length())) < vit.depth());
    };
  }

  private static boolean trainsProjection(BackboneConfig backbone) {
    return backbone instanceof VitConfig vit
        && vit.patchProjection() != PatchProjectionKind.FROZEN_RANDOM;
  }
}
