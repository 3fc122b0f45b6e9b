package io.mocov3.model.step;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.optim.OptimizerConfig;
import io.mocov3.model.tensor.Precision;
import java.util.List;

/** How a step is made once the loss is known what it is: all that is not the network. */
public record StepConfig(
    OptimizerConfig optimizer, GradientClip clip, EmaOrder emaOrder, Precision precision) {

  /** In fp32, nothing clipped, the reference's order. */
  public StepConfig(OptimizerConfig optimizer) {
    this(optimizer, GradientClip.OFF, EmaOrder.BEFORE_KEYS, Precision.FP32);
  }

  /**
   * Refuses a bound on what is not there.
   *
   * @throws ModelException when the patch projection is bounded and not trained
   */
  public void check(BackboneConfig backbone) {
    boolean trained =
        backbone instanceof VitConfig vit
            && vit.patchProjection() != PatchProjectionKind.FROZEN_RANDOM;
    if (clip.patchProjection() > 0 && !trained) {
      throw new ModelException(
          List.of("patch-projection-clip"),
          "a clip of the patch projection's gradient needs a trained patch projection, such as"
              + " patch-projection = learned");
    }
  }
}
