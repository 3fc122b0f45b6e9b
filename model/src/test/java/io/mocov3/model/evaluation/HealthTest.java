package io.mocov3.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.device.Placement;
import io.mocov3.model.method.Embedding;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class HealthTest {

  @Test
  void orthogonalFeaturesHaveFullRankAndKnownNumbers() {
    try (PointerScope scope = new PointerScope()) {
      Tensor three = matrix(1, 0, 0, 0, 1, 0, 0, 0, 1);

      Health health =
          Health.of(new Embedding(three, three), new Embedding(three, three), three, 0.25);

      assertThat(health.effectiveRank()).isCloseTo(3, within(1e-5));
      assertThat(health.alignment()).isCloseTo(0, within(1e-12));
      assertThat(health.uniformity()).isCloseTo(-4, within(1e-5)); // every ||zi - zj||^2 is 2
      assertThat(health.positiveSimilarity()).isCloseTo(1, within(1e-6));
      assertThat(health.negativeSimilarity()).isCloseTo(0, within(1e-6));
      assertThat(health.contrastiveAccuracy()).isEqualTo(1);
      assertThat(health.featureStd()).isCloseTo(1 / Math.sqrt(3), within(1e-5));
      assertThat(health.queryKeyDrift()).isEqualTo(0.25);
    }
  }

  @Test
  void collapsedFeaturesShow() {
    try (PointerScope scope = new PointerScope()) {
      Tensor same = matrix(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3);

      Health health = Health.of(new Embedding(same, same), new Embedding(same, same), same, 0);

      assertThat(health.featureStd()).isCloseTo(0, within(1e-6));
      assertThat(health.effectiveRank()).isCloseTo(1, within(1e-3));
      assertThat(health.negativeSimilarity()).isCloseTo(1, within(1e-5));
      assertThat(health.contrastiveAccuracy()).isEqualTo(0.25);
    }
  }

  @Test
  void theQueueKeepsTheNewestWithinLengthAndAge() {
    try (FeatureQueue queue = new FeatureQueue(4, 3, 10, Placement.CPU);
        PointerScope scope = new PointerScope()) {
      queue.add(matrix(1, 0, 0, 0, 1, 0, 0, 0, 1), new long[] {0, 1, 2}, 1);
      queue.add(matrix(1, 0, 0, 0, 1, 0), new long[] {2, 1}, 5);

      assertThat(queue.size(5)).isEqualTo(4);
      assertThat(queue.age(5)).isEqualTo(4);
      assertThat(queue.size(12)).isEqualTo(2);
      assertThat(queue.age(12)).isEqualTo(7);
      assertThat(queue.size(16)).isZero();

      Tensor probe = matrix(1, 0, 0, 0, 0, 1);
      Map<KnnClassifier.Setting, Double> accuracies;
      try (KnnClassifier classifier = queue.classifier(5, 3)) {
        accuracies =
            classifier.accuracies(
                probe,
                Tensor.create(new long[] {2, 2}),
                List.of(new KnnClassifier.Setting(1, 0.07)));
      }
      assertThat(accuracies.values()).containsExactly(1.0);
    }
  }

  private static Tensor matrix(double... numbers) {
    int count = numbers.length / 3;
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return Tensor.create(floats, count, 3);
  }
}
