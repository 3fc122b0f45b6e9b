package io.mocov3.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.device.Placement;
import io.mocov3.model.safetensors.TensorData;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AugmentedLinearEvaluationTest {
  private static final int IMAGES = 60;
  private static final int CLASSES = 3;
  private static final int WIDTH = 4;
  private static final int BATCH = 20;
  private static final int STEPS = 90;
  private static final LinearEvaluation.Options OPTIONS =
      new LinearEvaluation.Options(List.of(0.01, 1.0), 30, BATCH, 0.2, true, 5);

  @TempDir Path folder;

  @Test
  void whatCanBeToldApartIsLearned() {
    try (LabelledFeatures train = features(1);
        LabelledFeatures test = features(2);
        AugmentedLinearEvaluation evaluation = evaluation(train)) {
      train(evaluation, 0, STEPS, -1);

      LinearEvaluation.Result result = evaluation.result(map(train), map(test));

      assertThat(result.candidates()).hasSize(2);
      assertThat(result.chosen().learningRate()).isEqualTo(1.0);
      assertThat(result.accuracy()).isGreaterThan(0.9);
    }
  }

  @Test
  void whatChoosesIsNeverLearnedFromByWhatItChoosesAmong() {
    try (LabelledFeatures train = features(1);
        AugmentedLinearEvaluation honest = evaluation(train);
        AugmentedLinearEvaluation lied = evaluation(train)) {
      int held = (int) HeldOut.of(train.labelArray(), OPTIONS).chooses()[0];

      train(honest, 0, STEPS, -1);
      train(lied, 0, STEPS, held);

      assertThat(tensors(lied, "pooled.some.")).isEqualTo(tensors(honest, "pooled.some."));
      assertThat(tensors(lied, "pooled.all.")).isNotEqualTo(tensors(honest, "pooled.all."));
    }
  }

  @Test
  void aResumedProbeGoesOnAsIfItHadNeverEnded() {
    CheckpointStore store = new CheckpointStore(folder, Retention.newest(1));
    try (LabelledFeatures train = features(1);
        AugmentedLinearEvaluation whole = evaluation(train);
        AugmentedLinearEvaluation resumed = evaluation(train)) {
      train(whole, 0, 40, -1);
      store.write(40, whole.save(40, Map.of("a", "b")));
      train(whole, 40, STEPS, -1);

      long begun = resumed.restore(store.newestValid(line -> {}).orElseThrow());
      train(resumed, begun, STEPS, -1);

      assertThat(tensors(resumed, "")).isEqualTo(tensors(whole, ""));
    }
  }

  @Test
  void stepsLeaveNoNativeObjectsBehind() {
    try (LabelledFeatures train = features(1);
        AugmentedLinearEvaluation evaluation = evaluation(train)) {
      train(evaluation, 0, 3, -1);
      long before = Pointer.totalCount();

      train(evaluation, 3, 60, -1);

      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }

  private static AugmentedLinearEvaluation evaluation(LabelledFeatures train) {
    return new AugmentedLinearEvaluation(OPTIONS, map(train), CLASSES, BATCH, Placement.CPU);
  }

  private static Map<FeatureKind, LabelledFeatures> map(LabelledFeatures features) {
    return Map.of(FeatureKind.POOLED, features);
  }

  /** Noisy views of the images; {@code liar} has another label than its own. */
  private static void train(AugmentedLinearEvaluation evaluation, long from, long to, int liar) {
    for (long step = from; step < to; step++) {
      int first = (int) (step % (IMAGES / BATCH)) * BATCH;
      int[] samples = IntStream.range(first, first + BATCH).toArray();
      long[] labels =
          IntStream.of(samples)
              .mapToLong(sample -> sample == liar ? (sample + 1) % CLASSES : sample % CLASSES)
              .toArray();
      float[] views = numbers(samples, step);
      evaluation.step(
          () -> Tensor.create(views, BATCH, WIDTH),
          x -> Map.of(FeatureKind.POOLED, x),
          samples,
          labels,
          (double) step / STEPS);
    }
  }

  private static LabelledFeatures features(long seed) {
    int[] samples = IntStream.range(0, IMAGES).toArray();
    try (LabelledFeatures.Builder builder = new LabelledFeatures.Builder();
        PointerScope scope = new PointerScope()) {
      builder.add(Tensor.create(numbers(samples, seed), IMAGES, WIDTH));
      return builder.build(
          IntStream.of(samples).mapToLong(i -> i % CLASSES).toArray(),
          IntStream.of(samples).boxed().toList());
    }
  }

  /** A direction for each class, and noise. */
  private static float[] numbers(int[] samples, long seed) {
    Random random = new Random(seed);
    float[] numbers = new float[samples.length * WIDTH];
    for (int i = 0; i < samples.length; i++) {
      for (int j = 0; j < WIDTH; j++) {
        double own = j == samples[i] % CLASSES ? 1 : 0;
        numbers[i * WIDTH + j] = (float) (own + 0.2 * random.nextGaussian());
      }
    }
    return numbers;
  }

  private static Map<String, ByteBuffer> tensors(AugmentedLinearEvaluation evaluation, String of) {
    Map<String, ByteBuffer> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, TensorData> tensor : evaluation.save(0, Map.of()).model().entrySet()) {
      if (tensor.getKey().startsWith(of)) {
        tensors.put(tensor.getKey(), tensor.getValue().bytes());
      }
    }
    assertThat(tensors).isNotEmpty();
    return tensors;
  }
}
