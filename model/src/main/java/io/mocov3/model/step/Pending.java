package io.mocov3.model.step;

import io.mocov3.model.distributed.Group;
import io.mocov3.model.method.Embedding;
import io.mocov3.model.method.Query;
import io.mocov3.model.method.Term;
import io.mocov3.model.tensor.ViewPair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A step under way: its views, what is computed of them so far, what is to be kept of that. */
public final class Pending implements AutoCloseable {
  private final ViewPair views;
  private final ViewFeatures features;
  private final Rates rates;
  private final Map<Term, List<Query>> queries = new LinkedHashMap<>();
  private final List<Embedding> embeddings = new ArrayList<>();
  private boolean keeping;
  private volatile boolean targetMoved;

  /** Takes over the features; the views stay their owner's. */
  Pending(ViewPair views, ViewFeatures features, Rates rates) {
    this.views = views;
    this.features = features;
    this.rates = rates;
  }

  ViewPair views() {
    return views;
  }

  ViewFeatures features() {
    return features;
  }

  public Rates rates() {
    return rates;
  }

  /** Keeps features and queries of both views beyond their graphs, for {@link #embeddings}. */
  public void keepEmbeddings() {
    keeping = true;
  }

  /** Of the whole first view and the second, once gradients are collected; none unless kept. */
  public List<Embedding> embeddings() {
    return embeddings;
  }

  /** How many terms have their queries. */
  int ahead() {
    return queries.size();
  }

  void add(Term term, List<Query> computed) {
    queries.put(term, computed);
  }

  Optional<List<Query>> takeQueries(Term term) {
    return Optional.ofNullable(queries.remove(term));
  }

  void keep(Query query, Group group) {
    if (keeping) {
      embeddings.add(query.embedding(group));
    }
  }

  void targetHasMoved() {
    targetMoved = true;
  }

  boolean isTargetMoved() {
    return targetMoved;
  }

  /** Lets go of what was computed, once; the views stay their owner's. */
  @Override
  public void close() {
    queries.values().forEach(some -> some.forEach(Query::close));
    queries.clear();
    features.close();
    embeddings.forEach(Embedding::close);
    embeddings.clear();
  }
}
