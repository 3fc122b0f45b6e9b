package io.mocov3.model.optim;

import io.mocov3.model.tensor.TorchOps;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** First and second moments of gradients, and the update that Adam makes of them. */
record Moments(List<Tensor> first, List<Tensor> second, double beta1, double beta2) {

  /** They take the gradients in. */
  void take(List<Tensor> gradients) {
    TorchOps.foreachLerp(first, gradients, 1 - beta1);
    TorchOps.foreachMul(second, beta2);
    TorchOps.foreachAddcmul(second, gradients, gradients, 1 - beta2);
  }

  /** The root of the second moments, as if there had been infinitely many updates. */
  List<Tensor> roots(long updates) {
    List<Tensor> roots = TorchOps.foreachSqrt(second);
    TorchOps.foreachMul(roots, 1 / Math.sqrt(1 - Math.pow(beta2, (double) updates)));
    return roots;
  }

  /** {@code m^ / (roots + epsilon)}; the roots are changed. */
  List<Tensor> updates(List<Tensor> roots, double epsilon, long updates) {
    TorchOps.foreachAdd(roots, epsilon);
    List<Tensor> result = TorchOps.foreachDiv(first, roots);
    TorchOps.foreachMul(result, 1 / (1 - Math.pow(beta1, (double) updates)));
    return result;
  }
}
