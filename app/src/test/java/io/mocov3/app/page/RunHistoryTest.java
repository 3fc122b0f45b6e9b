package io.mocov3.app.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.app.run.RunDirectory;
import io.mocov3.app.run.RunFiles;
import io.mocov3.app.run.Told;
import io.mocov3.metrics.NoMetrics;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.stability.Spike;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RunHistoryTest {
  @TempDir private Path path;

  @Test
  void binsKeepASpikeOfOneStepAmongAHundredThousand() {
    Bins bins = new Bins(400);
    for (long step = 1; step <= 100_000; step++) {
      bins.add(step, step == 77_777 ? 50 : 1);
    }

    assertThat(bins.stride()).isEqualTo(256);
    assertThat(bins.mean()).hasSize(391).doesNotContainNull();
    int bin = (77_777 - 1) / 256;
    assertThat(bins.largest().get(bin)).isEqualTo(50f);
    assertThat(bins.largest()).filteredOn(value -> value > 1).hasSize(1);
    assertThat(bins.mean().get(bin)).isBetween(1.19f, 1.2f);
    assertThat(bins.smallest()).containsOnly(1f);
  }

  @Test
  void aLongRunStaysSmall() {
    RunHistory history = new RunHistory();
    List<String> layers = List.of("patch_projection", "block_00", "block_01", "all");
    for (long step = 1; step <= 100_000; step++) {
      history.on(Told.step(step, 3));
      history.on(Told.gradients(step, layers, 1.25));
      if (step % 10 == 0) {
        history.on(Told.knn(step, 20, "queue", 0.5));
        history.on(Told.health(step));
      }
    }

    assertThat(JsonOutput.text(history.snapshot()).length()).isLessThan(200_000);
    assertThat(history.snapshot()).containsEntry("steps", 100_000L);
  }

  @Test
  void whatTheFilesHoldIsWhatTheRunTold() throws Exception {
    RunHistory told = new RunHistory();
    try (RunDirectory directory = RunDirectory.open(path);
        RunFiles files = new RunFiles(directory, new LogWatch(NoMetrics.INSTANCE, line -> {}))) {
      for (long step = 1; step <= 300; step++) {
        List<TrainingEvent> events =
            List.of(
                Told.step(step, step == 9 ? Double.NaN : 3),
                Told.gradients(step, List.of("block_00", "all"), step / 4.0),
                Told.knn(step, 5, "queue", step / 1000.0),
                Told.health(step));
        events.forEach(files::on);
        events.forEach(told::on);
      }
      Spike spike = new Spike(7, List.of(new Spike.Crossing("block_00", 7, 8, 9)));
      files.on(new StabilityEvent.SpikeBegan(7, spike));
      told.on(new StabilityEvent.SpikeBegan(7, spike));
    }
    byte[] damaged = {'{', (byte) 0xff, '}', '\n'};
    Files.write(path.resolve("metrics.jsonl"), damaged, StandardOpenOption.APPEND);
    Files.writeString(path.resolve("metrics.jsonl"), "{\"type\":\"st", StandardOpenOption.APPEND);

    RunHistory read = RunHistory.of(path);

    assertThat(JsonOutput.text(read.snapshot())).isEqualTo(JsonOutput.text(told.snapshot()));
  }

  @Test
  @Timeout(30)
  void aStepDoesNotWaitForWhoeverIsInside() throws Exception {
    RunHistory history = new RunHistory();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    List<KnnAccuracy> slow =
        new ArrayList<>(Told.knn(1, 5, "queue", 0.5).accuracies()) {
          @Override
          public void forEach(Consumer<? super KnnAccuracy> action) {
            inside.countDown();
            try {
              leave.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            super.forEach(action);
          }
        };
    Thread other = Thread.ofPlatform().start(() -> history.on(new Progress.KnnMeasured(1, slow)));
    inside.await();

    history.on(Told.step(1, 3));
    history.on(Told.gradients(1, List.of("all"), 1.25));
    leave.countDown();
    other.join();

    assertThat(history.snapshot()).containsEntry("steps", 1L);
    assertThat(JsonOutput.text(history.snapshot())).contains("\"all\":[1.25]", "\"queue\"");
  }

  @Test
  void aRunIsKnownByItsFullProbeWhateverTheLiveOneSays() {
    RunHistory history = new RunHistory();
    history.on(Told.knn(10, 200, "queue", 0.875));
    history.on(Told.knn(10, 5, "train-set", 0.95));
    history.on(Told.knn(10, 20, "train-set", 0.9135));
    history.on(Told.knn(20, 20, "train-set", 0.91));

    assertThat(history.snapshot().get("knn_summary"))
        .isEqualTo(
            Map.of(
                "probe",
                "test",
                "source",
                "train-set",
                "k",
                20,
                "temperature",
                0.07,
                "best",
                Map.of("step", 10L, "accuracy", 0.9135),
                "last",
                Map.of("step", 20L, "accuracy", 0.91)));
  }

  @Test
  void withoutAFullProbeTheLiveOneCountsAndSaysSo() {
    RunHistory history = new RunHistory();
    assertThat(history.snapshot().get("knn_summary")).isEqualTo(Map.of());

    for (long step = 1; step <= 5000; step++) {
      history.on(Told.knn(step, 20, "queue", step == 2345 ? 0.8 : 0.5));
    }

    assertThat(history.snapshot().get("knn_summary"))
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsEntry("source", "queue")
        .containsEntry("best", Map.of("step", 2345L, "accuracy", 0.8))
        .containsEntry("last", Map.of("step", 5000L, "accuracy", 0.5));
  }
}
