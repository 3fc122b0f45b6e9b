package io.mocov3.model.optim;

import io.mocov3.model.ModelException;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.TorchOps;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Bounds on the L2 norm of gradients: of the patch projection alone, then of all that moves. 0
 * means no bound. A gradient over its bound is scaled by {@code bound / (norm + 1e-6)}, as PyTorch
 * does.
 */
public record GradientClip(double patchProjection, double global) {
  public static final GradientClip OFF = new GradientClip(0, 0);

  private static final double EPSILON = 1e-6;

  public GradientClip {
    if (!(patchProjection >= 0 && global >= 0)) {
      throw new ModelException("a bound on gradients must be at least 0, which means none");
    }
  }

  /** Scales the collected gradients of {@code parameters} in place, without leaving the device. */
  public void apply(List<Entry> parameters) {
    try (NoGrad noGrad = new NoGrad()) {
      if (patchProjection > 0) {
        scale(
            gradients(parameters.stream().filter(GradientClip::isPatchProjection).toList()),
            patchProjection,
            EPSILON);
      }
      if (global > 0) {
        scale(gradients(parameters), global, EPSILON);
      }
    }
  }

  public static boolean isPatchProjection(Entry parameter) {
    return parameter.isOf(Layers.PATCH_PROJECTION);
  }

  /** {@code g *= min(1, bound / (norm + epsilon))}, the norm over all of them. */
  static void scale(List<Tensor> gradients, double bound, double epsilon) {
    if (gradients.isEmpty()) {
      return;
    }
    Tensor norms =
        torch.stack(new TensorVector(TorchOps.foreachNorm(gradients).toArray(Tensor[]::new)));
    Tensor factor =
        norms
            .norm()
            .add(new Scalar(epsilon))
            .reciprocal()
            .mul(new Scalar(bound))
            .clamp_max(new Scalar(1.0));
    TorchOps.foreachMul(gradients, gradients.stream().map(gradient -> factor).toList());
  }

  private static List<Tensor> gradients(List<Entry> parameters) {
    return parameters.stream().map(parameter -> parameter.tensor().grad()).toList();
  }
}
