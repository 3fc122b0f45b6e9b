package io.mocov3.model;

import org.bytedeco.pytorch.Tensor;

/**
 * What the base encoder and the predictor make of the two views, with the graph behind it. Whoever
 * keeps it beyond the scope of the forward retains it and closes it.
 */
public record Queries(Query first, Query second) implements AutoCloseable {

  /** Keeps the queries, and through them the graph, alive beyond the current scope. */
  public Queries retained() {
    first.query().retainReference();
    second.query().retainReference();
    return this;
  }

  @Override
  public void close() {
    first.query().releaseReference();
    second.query().releaseReference();
  }

  /** Of one view: backbone features (N, D), projection (N, K) and query (N, K), not normalised. */
  public record Query(Tensor features, Tensor projection, Tensor query) {}
}
