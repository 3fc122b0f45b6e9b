package io.mocov3.model.method;

import io.mocov3.model.nn.Weights;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.nn.Weights.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * What is learned, and nothing of how it is run: no clock, no rollback, no rank. A step is made of
 * it by {@code TrainingStep}: targets of both views, then for each term of the loss the queries
 * that it needs, its value and its gradients. N batch, D width, K embedding.
 *
 * <p>All methods belong to one thread, but those of {@link #target}.
 */
public interface Method extends AutoCloseable {

  /** One of the networks; its tensors have the reference's names behind the prefix. */
  record Network(String prefix, Weights weights, boolean trained) {

    Stream<Entry> entries() {
      return weights.entries().stream().map(entry -> entry.below(prefix));
    }
  }

  /**
   * A view (N, 3, H, W), normalised, to backbone features (N, D), in the caller's scope. Sample by
   * sample, so that a view may be cut into parts.
   */
  Tensor features(Tensor view);

  /**
   * Features (N, D) of the whole views of a term to their queries, with their graph, in the
   * caller's scope.
   */
  List<Query> queries(List<Tensor> features);

  /** Gradients of their sum are learned from; each goes backward by itself. */
  List<Term> terms();

  /**
   * The value of a term, a scalar; queries in the order of the views that it asked for, those of
   * smaller views last.
   */
  Tensor loss(Term term, List<Query> queries, Targets targets);

  /** The network that moves after the trained one and says what queries are compared with. */
  Optional<Target> target();

  /** All terms of a step have gone backward. */
  default void remember(Targets targets) {}

  /** The trained tensors have moved. */
  default void afterUpdate() {}

  /** For how many updates a trained tensor stays as it is, by its name; 0 for all others. */
  default Map<String, Long> waits() {
    return Map.of();
  }

  /** What evaluation looks at. */
  Encoder base();

  /** In the order of checkpoints. */
  List<Network> networks();

  /** What is trained, under the reference's names, in its order. */
  default List<Entry> trained() {
    return networks().stream()
        .filter(Network::trained)
        .flatMap(Network::entries)
        .filter(entry -> entry.kind() == Kind.TRAINED)
        .toList();
  }

  /** Every tensor under the reference's names. */
  default SequencedMap<String, Tensor> tensors() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    networks().stream()
        .flatMap(Network::entries)
        .forEach(entry -> tensors.put(entry.name(), entry.tensor()));
    return tensors;
  }

  @Override
  void close();
}
