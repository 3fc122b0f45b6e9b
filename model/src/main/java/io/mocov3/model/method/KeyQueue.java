package io.mocov3.model.method;

import io.mocov3.model.device.Placement;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.method.Method.Network;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.nn.Weights.Kind;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.ViewPair;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * MoCo v2's memory (He et al., 2020): keys of past steps, newest first, as negatives besides those
 * of the batch. Filled with random directions at first. A checkpoint keeps it.
 */
final class KeyQueue implements AutoCloseable {
  private final Weights weights;
  private final Tensor keys; // (L, K), L2-normalised

  KeyQueue(int length, int width, Placement placement, long seed) {
    weights = new Weights(placement, EncoderRole.MOMENTUM);
    weights.enter(Layers.ALL);
    try (PointerScope scope = new PointerScope()) {
      Tensor drawn = new Init(seed, placement).normal(1, length, width);
      keys =
          weights.add("queue", ContrastiveLoss.normalize(drawn.to(placement.dtype())), Kind.BUFFER);
    }
  }

  Tensor keys() {
    return keys;
  }

  /** Keys (N, K) of both views of a step go in, the oldest out. */
  void add(ViewPair step) {
    try (NoGrad noGrad = new NoGrad()) {
      Tensor all = torch.cat(new TensorVector(ContrastiveLoss.normalize(step.joined()), keys), 0);
      keys.copy_(all.narrow(0, 0, keys.size(0)));
    }
  }

  Network network() {
    return new Network("", weights, false);
  }

  @Override
  public void close() {
    weights.close();
  }
}
