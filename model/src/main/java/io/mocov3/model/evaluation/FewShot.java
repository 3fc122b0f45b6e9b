package io.mocov3.model.evaluation;

import io.mocov3.model.backbone.FeatureKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Linear probes on the labels of a share of each class's images, drawn several times. */
public record FewShot(LinearEvaluation evaluation, long seed) {
  /** Of a class: one learns, one chooses. */
  private static final int FEWEST = 2;

  /** Test accuracies of the draws. */
  public record Result(double share, int images, List<Double> accuracies) {
    public Result {
      accuracies = List.copyOf(accuracies);
    }

    public double mean() {
      return accuracies.stream().mapToDouble(a -> a).average().orElse(0);
    }

    /** Of the sample; 0 for one draw. */
    public double deviation() {
      double mean = mean();
      double squares = accuracies.stream().mapToDouble(a -> (a - mean) * (a - mean)).sum();
      return accuracies.size() < 2 ? 0 : Math.sqrt(squares / (accuracies.size() - 1));
    }
  }

  /**
   * Draws the share of each class's training images, at least two of each, and tests what is
   * learned of them on all test images; both maps stay the caller's.
   */
  public Result run(
      Map<FeatureKind, LabelledFeatures> train,
      Map<FeatureKind, LabelledFeatures> test,
      int classes,
      double share,
      int draws) {
    long[] labels = train.values().iterator().next().labelArray();
    List<Double> accuracies = new ArrayList<>();
    int images = 0;
    for (int draw = 0; draw < draws; draw++) {
      long[] rows = rows(labels, classes, share, seed + draw);
      images = rows.length;
      Map<FeatureKind, LabelledFeatures> some = new EnumMap<>(FeatureKind.class);
      try {
        train.forEach((kind, features) -> some.put(kind, features.subset(rows)));
        accuracies.add(evaluation.run(some, test, classes, done -> {}).accuracy());
      } finally {
        some.values().forEach(LabelledFeatures::close);
      }
    }
    return new Result(share, images, accuracies);
  }

  /** The same share of every class, at least two; {@code labels} in {@code [0, classes)}. */
  public static long[] rows(long[] labels, int classes, double share, long seed) {
    List<List<Long>> byClass = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      byClass.add(new ArrayList<>());
    }
    for (int i = 0; i < labels.length; i++) {
      byClass.get((int) labels[i]).add((long) i);
    }
    Random random = new Random(seed);
    List<Long> rows = new ArrayList<>();
    for (List<Long> all : byClass) {
      Collections.shuffle(all, random);
      int count = (int) Math.max(FEWEST, Math.round(share * all.size()));
      rows.addAll(all.subList(0, Math.min(count, all.size())));
    }
    return rows.stream().mapToLong(Long::longValue).toArray();
  }
}
