package io.mocov3.model.evaluation;

import io.mocov3.model.ModelException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Training images (rows of their features) that choose a setting, a share of every class, and those
 * that are learned from before; both in the order of a shuffle.
 */
final class HeldOut {
  private final long[] chooses;
  private final long[] learns;

  private HeldOut(long[] chooses, long[] learns) {
    this.chooses = chooses;
    this.learns = learns;
  }

  /** The array itself. */
  long[] chooses() {
    return chooses;
  }

  /** The array itself. */
  long[] learns() {
    return learns;
  }

  static HeldOut of(long[] labels, LinearEvaluation.Options options) {
    long[] order =
        LinearEvaluation.shuffled(LinearEvaluation.identity(labels.length), options.seed());
    Set<Long> held = held(labels, order, options.validation());
    if (held.isEmpty() || order.length - held.size() < 2) {
      throw new ModelException(
          "%d training images are too few for a linear probe".formatted(order.length));
    }
    return new HeldOut(
        Arrays.stream(order).filter(held::contains).toArray(),
        Arrays.stream(order).filter(row -> !held.contains(row)).toArray());
  }

  /** A share of every class, at least one where there are two. */
  private static Set<Long> held(long[] labels, long[] order, double share) {
    Map<Long, Long> sizes =
        Arrays.stream(labels).boxed().collect(Collectors.groupingBy(c -> c, Collectors.counting()));
    Map<Long, Long> left = new HashMap<>();
    sizes.forEach(
        (label, size) -> left.put(label, size < 2 ? 0 : Math.max(1, Math.round(share * size))));
    Set<Long> held = new HashSet<>();
    for (long row : order) {
      long label = labels[(int) row];
      if (left.merge(label, -1L, Long::sum) >= 0) {
        held.add(row);
      }
    }
    return held;
  }
}
