package io.mocov3.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.device.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class LinearEvaluationTest {
  private static final int CLASSES = 4;
  private static final int WIDTH = 8;

  /** Noisy points around a centre for each class. */
  private static LabelledFeatures points(int size, double noise, long seed) {
    Random random = new Random(seed);
    float[] numbers = new float[size * WIDTH];
    long[] labels = LongStream.range(0, size).map(i -> i % CLASSES).toArray();
    for (int i = 0; i < size; i++) {
      for (int d = 0; d < WIDTH; d++) {
        double centre = d == labels[i] ? 1 : 0;
        numbers[i * WIDTH + d] = (float) (centre + noise * random.nextGaussian());
      }
    }
    try (PointerScope scope = new PointerScope();
        LabelledFeatures.Builder builder = new LabelledFeatures.Builder()) {
      builder.add(Tensor.create(numbers, size, WIDTH));
      return builder.build(labels, IntStream.range(0, size).boxed().toList());
    }
  }

  private static LinearEvaluation evaluation(boolean normalised, Double... rates) {
    return new LinearEvaluation(
        new LinearEvaluation.Options(List.of(rates), 30, 64, 0.2, normalised, 1), Placement.CPU);
  }

  @Test
  void pointsThatAreApartAreToldApartAndAbsurdRatesAreNotChosen() {
    try (LabelledFeatures train = points(800, 0.2, 1);
        LabelledFeatures test = points(400, 0.2, 2)) {
      for (boolean normalised : new boolean[] {false, true}) {
        LinearEvaluation.Result result =
            evaluation(normalised, 1e-6, 0.3)
                .run(
                    Map.of(FeatureKind.POOLED, train),
                    Map.of(FeatureKind.POOLED, test),
                    CLASSES,
                    done -> {});

        assertThat(result.candidates()).hasSize(2);
        assertThat(result.chosen().learningRate()).isEqualTo(0.3);
        assertThat(result.accuracy()).isGreaterThan(0.98);
      }
    }
  }

  @Test
  void severalRatesAtOnceAreEachTheirOwn() {
    try (LabelledFeatures train = points(300, 0.8, 1);
        LabelledFeatures test = points(300, 0.8, 2)) {
      Map<FeatureKind, LabelledFeatures> one = Map.of(FeatureKind.POOLED, train);
      Map<FeatureKind, LabelledFeatures> other = Map.of(FeatureKind.POOLED, test);
      List<Double> alone = new ArrayList<>();
      for (double rate : new double[] {0.003, 0.1, 2}) {
        alone.add(
            evaluation(true, rate)
                .run(one, other, CLASSES, done -> {})
                .candidates()
                .getFirst()
                .accuracy());
      }

      LinearEvaluation.Result together =
          evaluation(true, 0.003, 0.1, 2.0).run(one, other, CLASSES, done -> {});

      assertThat(together.candidates().stream().map(LinearEvaluation.Candidate::accuracy))
          .containsExactlyElementsOf(alone);
    }
  }

  @Test
  void noMemoryIsLeftBehindAndProgressReachesTheEnd() {
    double[] last = {0};
    try (LabelledFeatures train = points(100, 0.5, 1);
        LabelledFeatures test = points(100, 0.5, 2)) {
      long before = Pointer.totalCount();

      LinearEvaluation.Result unused =
          evaluation(true, 0.1)
              .run(
                  Map.of(FeatureKind.POOLED, train),
                  Map.of(FeatureKind.POOLED, test),
                  CLASSES,
                  done -> last[0] = done);

      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
    assertThat(last[0]).isCloseTo(1, within(1e-9));
  }

  @Test
  void oneTrainingImageIsTooFew() {
    try (LabelledFeatures train = points(2, 0.5, 1)) {
      assertThatThrownBy(
              () ->
                  evaluation(true, 0.1)
                      .run(
                          Map.of(FeatureKind.POOLED, train),
                          Map.of(FeatureKind.POOLED, train),
                          CLASSES,
                          done -> {}))
          .isInstanceOf(ModelException.class)
          .hasMessage("2 training images are too few for a linear probe");
    }
  }

  @Test
  void fewShotTakesTheSameShareOfEveryClassAndAtLeastTwo() {
    long[] labels = LongStream.range(0, 400).map(i -> i < 300 ? 0 : i % 3).toArray();

    long[] rows = FewShot.rows(labels, 3, 0.1, 7);

    long[] counts = new long[3];
    Arrays.stream(rows).forEach(row -> counts[(int) labels[(int) row]]++);
    assertThat(counts).containsExactly(33, 3, 3);
    assertThat(FewShot.rows(labels, 3, 0.001, 7)).hasSize(6);
    assertThat(rows).doesNotHaveDuplicates().isNotEqualTo(FewShot.rows(labels, 3, 0.1, 8));
  }

  @Test
  void rowsOfSeveralBlocksComeInTheOrderAsked() {
    int size = LabelledFeatures.ROWS + 5;
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = i;
    }
    try (PointerScope scope = new PointerScope();
        LabelledFeatures.Builder builder = new LabelledFeatures.Builder()) {
      builder.add(Tensor.create(Arrays.copyOf(numbers, 10), 10, 1));
      builder.add(Tensor.create(Arrays.copyOfRange(numbers, 10, size), size - 10, 1));
      try (LabelledFeatures features =
          builder.build(new long[size], IntStream.range(0, size).boxed().toList())) {
        long[] asked = {LabelledFeatures.ROWS + 2, 3, LabelledFeatures.ROWS, 0, 9};

        assertThat(features.blocks()).hasSize(2);
        assertThat(io.mocov3.model.step.Tiny.numbers(features.rows(asked)))
            .containsExactly(Arrays.stream(asked).asDoubleStream().toArray());
      }
    }
  }

  @Test
  void amongThemselvesNobodyIsTheirOwnNeighbour() {
    try (LabelledFeatures all = points(40, 0.1, 3)) {
      Retrieval found = Retrieval.among(all, 5);

      for (int i = 0; i < 40; i++) {
        assertThat(found.nearest()[i]).hasSize(5).doesNotContain(i);
      }
      assertThat(found.precision(all, all)[0]).isGreaterThan(0.95);
    }
  }
}
