package io.mocov3.model.method;

import io.mocov3.model.distributed.Group;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What the base encoder and the predictor make of one view, with the graph behind it: backbone
 * features (N, D), projection (N, K) and query (N, K), not normalised. Whoever keeps it beyond the
 * scope of the forward retains it and closes it.
 */
public record Query(Tensor features, Tensor projection, Tensor query) implements AutoCloseable {

  /** Keeps all three, and through them the graph, alive beyond the current scope. */
  public Query retained() {
    features.retainReference();
    projection.retainReference();
    query.retainReference();
    return this;
  }

  /** Copies of features and query of all ranks without the graph, owned by the caller. */
  public Embedding embedding(Group group) {
    try (NoGrad noGrad = new NoGrad()) {
      return new Embedding(
          Tensors.keep(group.gather(features.detach().to(ScalarType.Float))),
          Tensors.keep(group.gather(query.detach().to(ScalarType.Float))));
    }
  }

  @Override
  public void close() {
    features.releaseReference();
    projection.releaseReference();
    query.releaseReference();
  }
}
