package io.mocov3.actors.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.actors.views.MemoryImages;
import io.mocov3.augment.policy.RandAugment;
import io.mocov3.augment.policy.RandomErasing;
import io.mocov3.augment.policy.TrainingView;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.finetune.FineTuning;
import io.mocov3.model.finetune.FineTuningConfig;
import io.mocov3.model.finetune.Mixing;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.optim.LearningRateSchedule;
import io.mocov3.model.tensor.Pixels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuningRunTest {
  private static final List<Double> HALVES = List.of(0.5, 0.5, 0.5);
  private static final int SIZE = 16;

  @TempDir Path folder;

  /** What a run told. */
  private static final class Told implements FineTuningRun.Listener {
    private final List<String> lines = new ArrayList<>();

    @Override
    public void stepped(long steps, double epoch, double loss, double rate) {
      lines.add("step %d %s %s".formatted(steps, loss, rate));
    }

    @Override
    public void tested(FineTuningRun.Test test) {
      lines.add("test %s".formatted(test));
    }
  }

  @Test
  void whatWasStoppedGoesOnAsIfItHadNotBeen() {
    Told whole = new Told();
    Told parts = new Told();

    LabelledTraining.End end = run(folder.resolve("whole"), () -> false, whole);
    LabelledTraining.End stopped =
        run(folder.resolve("parts"), () -> parts.lines.size() >= 5, parts);
    LabelledTraining.End done = run(folder.resolve("parts"), () -> false, parts);

    assertThat(end).isEqualTo(LabelledTraining.End.DONE);
    assertThat(stopped).isEqualTo(LabelledTraining.End.STOPPED);
    assertThat(done).isEqualTo(LabelledTraining.End.DONE);
    assertThat(parts.lines).isEqualTo(whole.lines);
    assertThat(whole.lines).filteredOn(line -> line.startsWith("step")).hasSize(8);
    assertThat(whole.lines)
        .filteredOn(line -> line.startsWith("test"))
        .hasSize(2)
        .allMatch(line -> line.contains("images=5, undecodable=1"));
  }

  @Test
  void aTestThatWasStoppedIsMadeWhenItGoesOn() {
    Told whole = new Told();
    Told parts = new Told();
    AtomicInteger asked = new AtomicInteger();

    run(folder.resolve("whole"), () -> false, whole);
    // asked after each of four steps, then in the test of the first epoch
    LabelledTraining.End stopped =
        run(folder.resolve("parts"), () -> asked.incrementAndGet() == 5, parts);
    assertThat(parts.lines).noneMatch(line -> line.startsWith("test"));
    run(folder.resolve("parts"), () -> false, parts);

    assertThat(stopped).isEqualTo(LabelledTraining.End.STOPPED);
    assertThat(parts.lines).isEqualTo(whole.lines);
  }

  private static LabelledTraining.End run(Path folder, BooleanSupplier stop, Told told) {
    LabelledImages images =
        new LabelledImages(
            new MemoryImages(16, Set.of(3)), IntStream.range(0, 16).toArray(), view(), 4, 7);
    LabelledSets sets =
        new LabelledSets(
            "test",
            new LabelledSets.Images(MemoryImages.good(16), 0),
            new LabelledSets.Images(new MemoryImages(6, Set.of(5)), 0),
            new LabelledSets.Framing(SIZE, SIZE, 4));
    FineTuningRun.Plan plan =
        new FineTuningRun.Plan(2, new LearningRateSchedule(1e-2, 4, 0.5, 2, 1e-5), 1, Map.of());
    CheckpointStore store = new CheckpointStore(folder, Retention.newest(1));
    try (FineTuning tuning = tuning();
        Pixels pixels = new Pixels(Placement.CPU, HALVES, HALVES)) {
      long begun = store.newestValid(line -> {}).map(tuning::restore).orElse(0L);
      LabelledTraining training =
          new LabelledTraining(
              images,
              pixels,
              Runnable::run,
              new LabelledTraining.Saving() {
                @Override
                public boolean isDue(long done) {
                  return false;
                }

                @Override
                public void save(long done, Supplier<CheckpointData> data, boolean last) {
                  store.write(done, data.get());
                }
              });
      return new FineTuningRun(tuning, training, sets, plan, told).run(begun, stop);
    }
  }

  private static TrainingView view() {
    return new TrainingView(
        TrainingView.cropAndFlip(SIZE, 0.5, 1, HALVES, HALVES).recipe(),
        Optional.of(new RandAugment(2, 9, 0.5)),
        new RandomErasing(0.5),
        HALVES,
        HALVES);
  }

  private static FineTuning tuning() {
    VitConfig shape =
        new VitConfig(
            SIZE,
            8,
            16,
            2,
            2,
            2,
            PatchProjectionKind.FROZEN_RANDOM,
            PositionEmbeddingKind.SINCOS,
            Pooling.CLS,
            Stem.PATCH,
            MlpNorm.LAYER);
    FineTuningConfig config =
        new FineTuningConfig(new Mixing(0.8, 1, 0.1), 0.2, 0.9, 0.05, 0.9, 1, Precision.FP32);
    HeadConfig projector = new HeadConfig(2, 8, 4, true, true);
    try (Encoder encoder =
        new Encoder(shape, projector, Placement.CPU, EncoderRole.EVALUATION, 1)) {
      return new FineTuning(shape, encoder.weights(), 2, config, Placement.CPU, 1);
    }
  }
}
