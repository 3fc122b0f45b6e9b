package io.mocov3.model.step;

import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The patch projection as it was when it was frozen in the middle of training. */
final class FrozenProjection implements AutoCloseable {
  private final List<Tensor> weights;
  private final List<Tensor> kept;

  FrozenProjection(List<Entry> parameters) {
    weights =
        parameters.stream().filter(GradientClip::isPatchProjection).map(Entry::tensor).toList();
    try (NoGrad noGrad = new NoGrad()) {
      kept = weights.stream().map(weight -> Tensors.keep(weight.detach().clone())).toList();
    }
  }

  void restore() {
    try (NoGrad noGrad = new NoGrad()) {
      for (int i = 0; i < kept.size(); i++) {
        weights.get(i).copy_(kept.get(i));
      }
    }
  }

  @Override
  public void close() {
    kept.forEach(Tensor::releaseReference);
  }
}
