package io.mocov3.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.KnnClassifier.Setting;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class KnnClassifierTest {
  private static final int WIDTH = 6;
  private static final int CLASSES = 4;

  @Test
  void scoresAreThoseOfALoopOverAllPairs() {
    List<Setting> settings =
        List.of(new Setting(1, 0.07), new Setting(5, 0.2), new Setting(500, 0.07));
    double[] references = Tiny.random(1, 90 * WIDTH);
    double[] queries = Tiny.random(2, 30 * WIDTH);
    try (PointerScope scope = new PointerScope();
        KnnClassifier classifier =
            new KnnClassifier(Tensor.create(references, 90, WIDTH), labels(90), CLASSES)) {
      Tensor asked = Tensor.create(queries, 30, WIDTH);

      var scores = classifier.scores(asked, settings);

      for (Setting setting : settings) {
        double[] ours = Tiny.numbers(scores.get(setting));
        for (int i = 0; i < 30; i++) {
          double[] expected =
              bruteForce(
                  references, Arrays.copyOfRange(queries, i * WIDTH, (i + 1) * WIDTH), setting);
          for (int c = 0; c < CLASSES; c++) {
            assertThat(ours[i * CLASSES + c])
                .isCloseTo(expected[c], within(1e-6 * (1 + expected[c])));
          }
        }
      }
    }
  }

  @Test
  void manyQueriesInChunksAreClassifiedLikeOneAlone() {
    double[] queries = Tiny.random(3, 1100 * WIDTH);
    Setting setting = new Setting(5, 0.07);
    try (PointerScope scope = new PointerScope();
        KnnClassifier classifier =
            new KnnClassifier(
                Tensor.create(Tiny.random(1, 90 * WIDTH), 90, WIDTH), labels(90), CLASSES)) {
      Tensor all = Tensor.create(queries, 1100, WIDTH);

      double[] together = Tiny.numbers(classifier.scores(all, List.of(setting)).get(setting));

      for (int i : new int[] {0, 1023, 1024, 1099}) {
        double[] alone =
            Tiny.numbers(classifier.scores(all.narrow(0, i, 1), List.of(setting)).get(setting));
        for (int c = 0; c < CLASSES; c++) {
          assertThat(together[i * CLASSES + c]).isCloseTo(alone[c], within(1e-9 * (1 + alone[c])));
        }
      }
    }
  }

  @Test
  void theNearestReferenceOfAReferenceIsItself() {
    try (PointerScope scope = new PointerScope();
        KnnClassifier classifier =
            new KnnClassifier(
                Tensor.create(Tiny.random(1, 90 * WIDTH), 90, WIDTH), labels(90), CLASSES)) {
      long[][] nearest =
          classifier.nearest(Tensor.create(Tiny.random(1, 90 * WIDTH), 90, WIDTH), 3);

      assertThat(IntStream.range(0, 90).mapToLong(i -> nearest[i][0]))
          .containsExactlyElementsOf(IntStream.range(0, 90).mapToObj(i -> (long) i).toList());
    }
  }

  private static Tensor labels(int count) {
    return Tensor.create(IntStream.range(0, count).mapToLong(i -> i * 7 % CLASSES).toArray());
  }

  private static double[] bruteForce(double[] references, double[] query, Setting setting) {
    int count = references.length / WIDTH;
    double[] similarity = new double[count];
    for (int j = 0; j < count; j++) {
      double[] other = Arrays.copyOfRange(references, j * WIDTH, (j + 1) * WIDTH);
      similarity[j] = dot(query, other) / Math.sqrt(dot(query, query) * dot(other, other));
    }
    double[] scores = new double[CLASSES];
    IntStream.range(0, count)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer j) -> -similarity[j]))
        .limit(setting.k())
        .forEach(j -> scores[j * 7 % CLASSES] += Math.exp(similarity[j] / setting.temperature()));
    return scores;
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }
}
