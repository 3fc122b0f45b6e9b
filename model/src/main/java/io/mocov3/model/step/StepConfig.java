package io.mocov3.model.step;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.Passes;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.optim.OptimizerConfig;
import java.util.List;

/**
 * How a step is made once the loss is known what it is: all that is not the network. {@code
 * microBatches} is the number of parts in which the backbone sees a batch.
 */
public record StepConfig(
    OptimizerConfig optimizer,
    GradientClip clip,
    EmaOrder emaOrder,
    Precision precision,
    int microBatches,
    MemorySaver memorySaver) {

  /** In fp32, nothing clipped, the reference's order. */
  public StepConfig(OptimizerConfig optimizer) {
    this(optimizer, GradientClip.OFF, EmaOrder.BEFORE_KEYS, Precision.FP32, 1, MemorySaver.AUTO);
  }

  /** The same with another number of parts. */
  public StepConfig inMicroBatches(int parts) {
    return new StepConfig(optimizer, clip, emaOrder, precision, parts, memorySaver);
  }

  /** The same with the graphs of both views in memory at a time. */
  public StepConfig withBothViews() {
    return new StepConfig(optimizer, clip, emaOrder, precision, microBatches, MemorySaver.FALSE);
  }

  /** Whether one term of the loss goes backward before the graph of the next one is built. */
  public boolean savesMemory(MethodConfig network, Placement placement) {
    boolean cut = network.backbone().couplesSamples() || microBatches > 1;
    return switch (memorySaver) {
      case AUTO -> cut || !placement.isCuda();
      case TRUE -> true;
      case FALSE -> false;
    };
  }

  /** BatchNorms in the backbone must see both views at once, or each alone, as the method says. */
  Passes passes(MethodConfig network, Placement placement) {
    boolean joint =
        network.backbone().couplesSamples()
            ? network.viewsTogether()
            : !savesMemory(network, placement) && microBatches == 1;
    return new Passes(joint, microBatches);
  }

  /**
   * Refuses what the backbone cannot do.
   *
   * @throws ModelException when the patch projection is bounded and not trained, or a batch is to
   *     be cut whose samples are not independent
   */
  public void check(MethodConfig network) {
    BackboneConfig backbone = network.backbone();
    boolean trained =
        backbone instanceof VitConfig vit
            && vit.patchProjection() != PatchProjectionKind.FROZEN_RANDOM;
    if (clip.patchProjection() > 0 && !trained) {
      throw new ModelException(
          List.of("patch-projection-clip"),
          "a clip of the patch projection's gradient needs a trained patch projection, such as"
              + " patch-projection = learned");
    }
    if (microBatches > 1 && backbone.couplesSamples()) {
      throw new ModelException(
          List.of("micro-batches"),
          "micro-batches need a backbone without BatchNorm, which makes samples depend on each"
              + " other");
    }
    if (microBatches > 1 && network.small().count() > 0) {
      throw new ModelException(
          List.of("micro-batches"),
          "micro-batches do not go with small crops, whose graphs stay whole: set one of both to"
              + " none");
    }
  }
}
