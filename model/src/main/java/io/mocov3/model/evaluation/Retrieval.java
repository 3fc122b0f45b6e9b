package io.mocov3.model.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** For each query the rows of its nearest references, nearest first. */
public final class Retrieval {
  private final long[][] nearest;

  private Retrieval(long[][] nearest) {
    this.nearest = nearest;
  }

  /** The {@code k} nearest references of each query. */
  public static Retrieval of(LabelledFeatures references, LabelledFeatures queries, int k) {
    List<long[]> rows = new ArrayList<>();
    try (KnnClassifier classifier =
        new KnnClassifier(references.blocks(), references.labels(), 1)) {
      for (Tensor block : queries.blocks()) {
        try (PointerScope scope = new PointerScope()) {
          rows.addAll(Arrays.asList(classifier.nearest(block, k)));
        }
      }
    }
    return new Retrieval(rows.toArray(long[][]::new));
  }

  /** The same of a set among itself, each image but for itself. */
  public static Retrieval among(LabelledFeatures all, int k) {
    long[][] withSelf = of(all, all, k + 1).nearest;
    long[][] others = new long[withSelf.length][];
    for (int i = 0; i < withSelf.length; i++) {
      long self = i;
      others[i] = Arrays.stream(withSelf[i]).filter(row -> row != self).limit(k).toArray();
    }
    return new Retrieval(others);
  }

  /** (queries, k): rows of the references. */
  public long[][] nearest() {
    return nearest;
  }

  /**
   * For 1 to k the share of the nearest so many that have their query's class, over all queries.
   */
  public double[] precision(LabelledFeatures references, LabelledFeatures queries) {
    long[] truth = queries.labelArray();
    long[] labels = references.labelArray();
    int k = nearest.length == 0 ? 0 : nearest[0].length;
    double[] hits = new double[k];
    for (int i = 0; i < nearest.length; i++) {
      int same = 0;
      for (int j = 0; j < k; j++) {
        same += labels[(int) nearest[i][j]] == truth[i] ? 1 : 0;
        hits[j] += (double) same / (j + 1);
      }
    }
    return Arrays.stream(hits).map(sum -> sum / nearest.length).toArray();
  }
}
