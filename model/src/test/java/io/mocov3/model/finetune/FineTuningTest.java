package io.mocov3.model.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.PlainTraining;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.finetune.FineTuning.Which;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.TensorCodec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against timm and PyTorch: {@code src/test/python/make_finetune_fixture.py}. */
class FineTuningTest {
  private static final Path FIXTURE = Path.of("src/test/resources/finetune");
  private static final Placement DOUBLE = new Placement("cpu", ScalarType.Double);
  private static final double[] RATES = {1e-3, 2e-3, 5e-4};
  private static final List<Mixing.Draw> DRAWS =
      List.of(
          new Mixing.Draw(0.3, Optional.empty()),
          new Mixing.Draw(1 - 48.0 / 256, Optional.of(new Mixing.Box(3, 11, 0, 6))),
          Mixing.Draw.NONE);
  private static final int CLASSES = 5;

  @TempDir Path folder;

  @Test
  void threeStepsAreThoseOfPyTorch() {
    assertFixture(config(0, 0.75, 0.9, 1));
  }

  @Test
  void microBatchesChangeNothing() {
    assertFixture(config(0, 0.75, 0.9, 3));
  }

  private static void assertFixture(FineTuningConfig config) {
    try (FineTuning tuning = tuning(vit(), config, DOUBLE);
        SafetensorsFile initial = SafetensorsFile.open(FIXTURE.resolve("initial.safetensors"));
        SafetensorsFile inputs = SafetensorsFile.open(FIXTURE.resolve("inputs.safetensors"));
        SafetensorsFile expected = SafetensorsFile.open(FIXTURE.resolve("expected.safetensors"));
        PointerScope scope = new PointerScope()) {
      tuning.begin(initial.all());
      Tensor images = TensorCodec.toTensor(inputs.get("images")).to(ScalarType.Double);
      Tensor labels = TensorCodec.toTensor(inputs.get("labels"));
      double[] losses = doubles(expected.get("losses"));
      for (int step = 0; step < RATES.length; step++) {
        Tensor now = images.select(0, step);
        long[] truth = longs(TensorCodec.toData(labels.select(0, step)));

        double loss = tuning.run(() -> now, truth, DRAWS.get(step), 0, RATES[step]);

        assertThat(loss).isCloseTo(losses[step], within(1e-9));
      }
      assertSame(tuning.tensors(Which.TRAINED), expected, "final.");
      assertSame(tuning.tensors(Which.AVERAGE), expected, "average.");
    }
  }

  private static void assertSame(
      SequencedMap<String, TensorData> ours, SafetensorsFile expected, String prefix) {
    assertThat(ours).isNotEmpty();
    ours.forEach(
        (name, tensor) ->
            assertThat(doubles(tensor))
                .as(prefix + name)
                .containsExactly(doubles(expected.get(prefix + name)), within(1e-6)));
  }

  @Test
  void aResumedTrainingGoesOnAsIfItHadNeverEnded() {
    FineTuningConfig config = config(0.3, 0.9, 0.5, 1);
    CheckpointStore store = new CheckpointStore(folder, Retention.newest(1));
    Map<String, Object> settings = Map.of("epochs", 3L);
    SequencedMap<String, TensorData> whole;
    try (FineTuning tuning = tuning(vit(), config, Placement.CPU)) {
      for (int step = 0; step < 6; step++) {
        if (step == 3) {
          store.write(3, tuning.save(3, settings));
        }
        step(tuning, step);
      }
      whole = tuning.tensors(Which.AVERAGE);
    }
    try (FineTuning tuning = tuning(vit(), config, Placement.CPU)) {
      var checkpoint = store.newestValid(line -> {}).orElseThrow();

      long begun = tuning.restore(checkpoint);
      for (long step = begun; step < 6; step++) {
        step(tuning, step);
      }

      assertThat(begun).isEqualTo(3);
      assertThat(PlainTraining.of(checkpoint).settings()).isEqualTo(settings);
      tuning
          .tensors(Which.AVERAGE)
          .forEach(
              (name, tensor) ->
                  assertThat(floats(tensor)).as(name).isEqualTo(floats(whole.get(name))));
    }
  }

  @Test
  void neighbouringStepsDrawWithNothingInCommon() {
    Mixing mixing = new Mixing(0.8, 1, 0.1);
    try (FineTuning tuning = tuning(vit(), config(0, 1, 0, 1), Placement.CPU)) {
      List<Boolean> cut =
          LongStream.range(0, 1000)
              .mapToObj(step -> mixing.draw(32, tuning.random(step)).box().isPresent())
              .toList();

      assertThat(cut.stream().filter(c -> c).count()).isBetween(430L, 570L);
      assertThat(IntStream.range(1, 1000).filter(i -> cut.get(i).equals(cut.get(i - 1))).count())
          .isBetween(430L, 570L);
    }
  }

  @Test
  void itLearnsWhatItSees() {
    try (FineTuning tuning = tuning(vit(), config(0, 1, 0, 1), Placement.CPU);
        PointerScope scope = new PointerScope()) {
      Tensor images = images(1);
      long[] labels = {0, 1, 2, 3, 4, 0, 1, 2};
      for (int step = 0; step < 80; step++) {
        tuning.run(() -> images, labels, Mixing.Draw.NONE, 0, 2e-3);
      }

      assertThat(tuning.hits(Which.TRAINED, () -> images, labels)).isEqualTo(8);
      assertThat(tuning.networks()).containsExactly(Which.TRAINED);
    }
  }

  @Test
  void stepsLeaveNoNativeObjectsBehind() {
    try (FineTuning tuning = tuning(vit(), config(0.2, 0.9, 0.9, 2), Placement.CPU)) {
      step(tuning, 0);
      long before = Pointer.totalCount();

      for (int step = 1; step < 50; step++) {
        step(tuning, step);
      }

      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }

  @Test
  void aResNetIsTrainedToo() {
    try (FineTuning tuning =
        tuning(new ResNetConfig(18, 32), config(0, 0.8, 0.9, 1), Placement.CPU)) {
      try (PointerScope scope = new PointerScope()) {
        Tensor images = Tensor.create(noise(2, 3 * 32 * 32 * 4), 4, 3, 32, 32);
        double loss = tuning.run(() -> images, new long[] {0, 1, 2, 3}, 0, 1e-3);

        assertThat(loss).isBetween(0.5, 5.0);
      }
      assertThat(tuning.tensors(Which.TRAINED))
          .containsKeys("fc.weight", "fc.bias", "conv1.weight");
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> tuning(new ResNetConfig(18, 32), config(0.1, 1, 0, 1), Placement.CPU))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("drop-path");
    assertThatThrownBy(() -> tuning(new ResNetConfig(18, 32), config(0, 1, 0, 2), Placement.CPU))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("micro-batches");
  }

  @Test
  void aDivergedStepIsSaidAndNotApplied() {
    try (FineTuning tuning = tuning(vit(), config(0, 1, 0, 1), Placement.CPU);
        PointerScope scope = new PointerScope()) {
      SequencedMap<String, TensorData> before = tuning.tensors(Which.TRAINED);
      float[] numbers = noise(1, 8 * 3 * 256);
      numbers[0] = Float.NaN;
      Tensor images = Tensor.create(numbers, 8, 3, 16, 16);

      assertThatThrownBy(() -> tuning.run(() -> images, new long[8], Mixing.Draw.NONE, 0, 1e-3))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("base-learning-rate");
      tuning
          .tensors(Which.TRAINED)
          .forEach(
              (name, tensor) ->
                  assertThat(floats(tensor)).as(name).isEqualTo(floats(before.get(name))));
    }
  }

  private static void step(FineTuning tuning, long step) {
    tuning.run(() -> images(step), new long[] {0, 1, 2, 3, 4, 0, 1, 2}, step, 1e-3);
  }

  private static FineTuning tuning(
      BackboneConfig shape, FineTuningConfig config, Placement placement) {
    HeadConfig projector = new HeadConfig(2, 8, 4, true, true);
    try (Encoder encoder = new Encoder(shape, projector, placement, EncoderRole.EVALUATION, 1)) {
      return new FineTuning(shape, encoder.weights(), CLASSES, config, placement, 1);
    }
  }

  private static FineTuningConfig config(
      double dropPath, double layerDecay, double average, int microBatches) {
    return new FineTuningConfig(
        new Mixing(0.8, 1, 0.1), dropPath, layerDecay, 0.05, average, microBatches, Precision.FP32);
  }

  private static VitConfig vit() {
    return new VitConfig(
        16,
        8,
        16,
        2,
        4,
        2,
        PatchProjectionKind.FROZEN_RANDOM,
        PositionEmbeddingKind.LEARNED,
        Pooling.CLS,
        Stem.PATCH,
        MlpNorm.LAYER);
  }

  private static Tensor images(long seed) {
    return Tensor.create(noise(seed, 8 * 3 * 256), 8, 3, 16, 16);
  }

  private static float[] noise(long seed, int count) {
    Random random = new Random(seed);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private static double[] doubles(TensorData tensor) {
    double[] numbers = new double[tensor.bytes().asDoubleBuffer().remaining()];
    tensor.bytes().asDoubleBuffer().get(numbers);
    return numbers;
  }

  private static float[] floats(TensorData tensor) {
    float[] numbers = new float[tensor.bytes().asFloatBuffer().remaining()];
    tensor.bytes().asFloatBuffer().get(numbers);
    return numbers;
  }

  private static long[] longs(TensorData tensor) {
    long[] numbers = new long[tensor.bytes().asLongBuffer().remaining()];
    tensor.bytes().asLongBuffer().get(numbers);
    return numbers;
  }
}
