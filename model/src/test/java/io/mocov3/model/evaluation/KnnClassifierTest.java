package io.mocov3.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.ModelException;
import io.mocov3.model.evaluation.KnnClassifier.Setting;
import io.mocov3.model.step.Tiny;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnnClassifierTest {
  private static final int M = 40;
  private static final int N = 12;
  private static final int D = 6;
  private static final int CLASSES = 5;
  private static final Offset<Double> ROUNDING = within(1e-9);

  private final PointerScope scope = new PointerScope();
  private final double[] references = Tiny.random(1, M * D);
  private final double[] queries = Tiny.random(2, N * D);
  private final long[] labels = IntStream.range(0, M).mapToLong(i -> i * 7 % CLASSES).toArray();
  private final KnnClassifier classifier =
      new KnnClassifier(Tensor.create(references, M, D), Tensor.create(labels, M), CLASSES);

  @AfterEach
  void close() {
    classifier.close();
    scope.close();
  }

  @ParameterizedTest
  @CsvSource({"1, 0.07", "5, 0.07", "20, 0.2", "39, 1", "40, 0.07"})
  void scoresEqualThoseOfALoop(int k, double temperature) {
    Setting setting = new Setting(k, temperature);

    double[] scores = scores(setting, queries);

    for (int i = 0; i < N; i++) {
      double[] expected = byHand(i, k, temperature);
      for (int c = 0; c < CLASSES; c++) {
        assertThat(scores[i * CLASSES + c])
            .isCloseTo(expected[c], within(1e-12 * (1 + expected[c])));
      }
    }
  }

  @Test
  void referencesInBlocksAreTheSameReferences() {
    Tensor whole = Tensor.create(references, M, D);
    try (KnnClassifier blocks =
        new KnnClassifier(
            List.of(whole.narrow(0, 0, 7), whole.narrow(0, 7, 3), whole.narrow(0, 10, M - 10)),
            Tensor.create(labels, M),
            CLASSES)) {
      Tensor asked = Tensor.create(queries, N, D);

      assertThat(blocks.nearest(asked, 9)).isDeepEqualTo(classifier.nearest(asked, 9));
    }
  }

  @Test
  void severalSettingsAtOnceEqualEachAlone() {
    List<Setting> settings =
        List.of(new Setting(20, 0.07), new Setting(1, 0.07), new Setting(5, 0.2));

    Map<Setting, Tensor> together = classifier.scores(Tensor.create(queries, N, D), settings);

    for (Setting setting : settings) {
      assertThat(Tiny.numbers(together.get(setting))).isEqualTo(scores(setting, queries));
    }
  }

  @Test
  void theAccuracyIsTheShareOfQueriesWithTheRightClass() {
    Setting setting = new Setting(5, 0.07);
    long[] truth = new long[N];
    for (int i = 0; i < N; i++) {
      long predicted = best(byHand(i, 5, 0.07));
      truth[i] = i < 9 ? predicted : (predicted + 1) % CLASSES;
    }

    Map<Setting, Double> accuracies =
        classifier.accuracies(
            Tensor.create(queries, N, D), Tensor.create(truth, N), List.of(setting));

    assertThat(accuracies).containsOnlyKeys(setting);
    assertThat(accuracies.get(setting)).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void moreNeighboursThanReferencesAreAllReferences() {
    assertThat(scores(new Setting(1000, 0.2), queries))
        .isEqualTo(scores(new Setting(M, 0.2), queries));
  }

  @Test
  void aTieAmongReferencesOfOneClassChangesNothing() {
    Tensor twice =
        torch.cat(
            new TensorVector(Tensor.create(references, M, D), Tensor.create(references, M, D)), 0);
    Tensor labelsTwice =
        torch.cat(new TensorVector(Tensor.create(labels, M), Tensor.create(labels, M)), 0);
    Setting nearest = new Setting(1, 0.2);

    try (KnnClassifier doubled = new KnnClassifier(twice, labelsTwice, CLASSES)) {
      Tensor scores = doubled.scores(Tensor.create(queries, N, D), List.of(nearest)).get(nearest);

      assertThat(Tiny.numbers(scores)).containsExactly(scores(nearest, queries), ROUNDING);
    }
  }

  @Test
  void queriesBeyondOneChunkScoreAsTheyDoAlone() {
    int many = 1030;
    double[] all = Tiny.random(3, many * D);
    Setting setting = new Setting(5, 0.2);
    Tensor tensor = Tensor.create(all, many, D);

    Tensor together = classifier.scores(tensor, List.of(setting)).get(setting);

    assertThat(together.shape()).containsExactly(many, CLASSES);
    double[] scores = Tiny.numbers(together);
    for (int i : new int[] {0, 1, 1022, 1023, 1024, 1025, 1029}) {
      Tensor alone = classifier.scores(tensor.narrow(0, i, 1), List.of(setting)).get(setting);
      double[] expected = Tiny.numbers(alone);
      for (int c = 0; c < CLASSES; c++) {
        assertThat(scores[i * CLASSES + c]).isCloseTo(expected[c], ROUNDING);
      }
    }
  }

  @Test
  void theNearestComeInTheOrderOfTheirCosine() {
    long[][] nearest = classifier.nearest(Tensor.create(queries, N, D), 3);

    assertThat(nearest).hasDimensions(N, 3);
    for (int i = 0; i < N; i++) {
      assertThat(nearest[i]).containsExactly(neighbours(i, 3));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0.07", "-1, 0.07", "5, 0.0", "5, -0.1", "5, NaN"})
  void aSettingWithoutMeaningIsRefused(int k, double temperature) {
    assertThatThrownBy(() -> new Setting(k, temperature))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "kNN needs k of at least 1 and a temperature above 0, not k = "
                + k
                + ", T = "
                + temperature);
  }

  private double[] scores(Setting setting, double[] features) {
    Tensor tensor = Tensor.create(features, features.length / D, D);
    return Tiny.numbers(classifier.scores(tensor, List.of(setting)).get(setting));
  }

  private double[] byHand(int query, int k, double temperature) {
    double[] scores = new double[CLASSES];
    for (long neighbour : neighbours(query, k)) {
      int reference = Math.toIntExact(neighbour);
      scores[Math.toIntExact(labels[reference])] +=
          Math.exp(cosine(query, reference) / temperature);
    }
    return scores;
  }

  private long[] neighbours(int query, int k) {
    Comparator<Integer> byCosine = Comparator.comparingDouble(m -> cosine(query, m));
    return IntStream.range(0, M)
        .boxed()
        .sorted(byCosine.reversed())
        .limit(k)
        .mapToLong(Integer::longValue)
        .toArray();
  }

  private static long best(double[] scores) {
    return IntStream.range(0, CLASSES)
        .boxed()
        .max(Comparator.comparingDouble(c -> scores[c]))
        .orElseThrow();
  }

  private double cosine(int query, int reference) {
    double dot = 0;
    double qq = 0;
    double rr = 0;
    for (int d = 0; d < D; d++) {
      double q = queries[query * D + d];
      double r = references[reference * D + d];
      dot += q * r;
      qq += q * q;
      rr += r * r;
    }
    return dot / Math.sqrt(qq * rr);
  }
}
