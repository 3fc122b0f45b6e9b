package io.mocov3.model.step;

import io.mocov3.model.method.Embedding;
import io.mocov3.model.method.Query;
import io.mocov3.model.tensor.ViewPair;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** A step under way: its views, what is computed of them so far, what is to be kept of that. */
public final class Pending implements AutoCloseable {
  private final ViewPair views;
  private final Rates rates;
  private final Deque<Query> queries = new ArrayDeque<>();
  private final List<Embedding> embeddings = new ArrayList<>();
  private boolean keeping;

  Pending(ViewPair views, Rates rates) {
    this.views = views;
    this.rates = rates;
  }

  ViewPair views() {
    return views;
  }

  public Rates rates() {
    return rates;
  }

  /** Keeps features and queries of both views beyond their graphs, for {@link #embeddings}. */
  public void keepEmbeddings() {
    keeping = true;
  }

  /** Of the first view and of the second, once gradients are collected; none unless kept. */
  public List<Embedding> embeddings() {
    return embeddings;
  }

  /** The first view, or the second once the first has its queries. */
  Tensor nextView() {
    return queries.isEmpty() ? views.first() : views.second();
  }

  void add(Query query) {
    queries.add(query);
  }

  Optional<Query> takeQuery() {
    return Optional.ofNullable(queries.poll());
  }

  void keep(Query query) {
    if (keeping) {
      embeddings.add(query.embedding());
    }
  }

  /** Lets go of what was computed, once; the views stay their owner's. */
  @Override
  public void close() {
    queries.forEach(Query::close);
    queries.clear();
    embeddings.forEach(Embedding::close);
    embeddings.clear();
  }
}
