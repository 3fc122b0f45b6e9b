package io.mocov3.model.step;

import io.mocov3.model.method.Method;
import io.mocov3.model.tensor.Forward;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/**
 * Backbone features of a view, cut into parts so that only one part's graph is in memory: all parts
 * without a graph at first, and each again with one when the gradient of the features is known. The
 * gradients are those of the view as a whole. One part is the whole view, computed once.
 */
final class MicroBatches {
  private static final BoolOptional NO_RETAINING = new BoolOptional();
  private static final TensorArrayRefOptional ALL_INPUTS = new TensorArrayRefOptional();

  private final Method method;
  private final int parts;

  MicroBatches(Method method, int parts) {
    this.method = method;
    this.parts = parts;
  }

  int parts() {
    return parts;
  }

  /** A view (N, 3, H, W) to features (N, D) that a graph begins or goes on at. */
  Tensor features(Tensor view) {
    if (parts == 1) {
      return method.features(view);
    }
    Tensor features;
    try (NoGrad noGrad = new NoGrad()) {
      features = Tensors.keep(Forward.inParts(method::features, view, parts));
    }
    PointerScope scope = PointerScope.getInnerScope();
    scope.attach(features);
    features.releaseReference();
    return features.set_requires_grad(true);
  }

  /** Sends the gradient that {@code features} of {@code view} have collected on to the weights. */
  void backward(Tensor view, Tensor features) {
    if (parts == 1) {
      return;
    }
    for (Forward.Rows rows : Forward.rows(view.size(0), parts)) {
      try (PointerScope scope = new PointerScope()) {
        Tensor again = method.features(view.narrow(0, rows.from(), rows.count()));
        Tensor gradient = features.grad().narrow(0, rows.from(), rows.count());
        again.backward(gradient, NO_RETAINING, false, ALL_INPUTS);
      }
    }
  }
}
