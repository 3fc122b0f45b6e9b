package io.mocov3.model.method;

import org.bytedeco.pytorch.Tensor;

/** What a step computed of one view, without its graph: features (N, D) and queries (N, K). */
public record Embedding(Tensor features, Tensor query) implements AutoCloseable {

  @Override
  public void close() {
    features.releaseReference();
    query.releaseReference();
  }
}
