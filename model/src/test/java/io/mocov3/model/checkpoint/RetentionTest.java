package io.mocov3.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.safetensors.DType;
import io.mocov3.model.safetensors.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which checkpoints stay when more and more are written. */
class RetentionTest {
  @TempDir private Path dir;

  private final List<String> warnings = new ArrayList<>();

  @Test
  void whatTheClockAskedForDoesNotPushOutWhatIsDueByItsStep() {
    CheckpointStore store = new CheckpointStore(dir, Retention.newest(2));
    write(store, true, 100, 200);

    write(store, false, 210, 220, 230);

    assertThat(steps(store)).containsExactly(100L, 200L, 220L, 230L);

    write(store, true, 300, 400);

    assertThat(steps(store)).containsExactly(300L, 400L);
  }

  @Test
  void everySoManyStepsOneStaysForGood() {
    CheckpointStore store = new CheckpointStore(dir, new Retention(1, 200, 0));

    write(store, true, 100, 200, 300, 400, 500);

    assertThat(steps(store)).containsExactly(200L, 400L, 500L);
  }

  @Test
  void theBestOnesStayAlsoAfterARestart() {
    CheckpointStore store = new CheckpointStore(dir, new Retention(1, 0, 2));
    rated(store, 100, 0.5);
    rated(store, 200, 0.7);
    rated(store, 300, 0.6);

    store = new CheckpointStore(dir, new Retention(1, 0, 2));
    write(store, true, 400, 500);

    assertThat(steps(store)).containsExactly(200L, 300L, 500L);
    assertThat(dir.resolve("accuracies.json")).content().doesNotContain("100");
  }

  @Test
  void whatIsSaidBeforeTheCheckpointIsWrittenCounts() {
    CheckpointStore store = new CheckpointStore(dir, new Retention(1, 0, 1));
    store.rate(100, 0.9);

    write(store, true, 100, 200);

    assertThat(steps(store)).containsExactly(100L, 200L);
  }

  @Test
  void whatWasSaidOfUndoneStepsIsForgotten() {
    CheckpointStore store = new CheckpointStore(dir, new Retention(1, 0, 1));
    rated(store, 100, 0.2);
    rated(store, 200, 0.9);

    store.removeFrom(150, checkpoint -> checkpoint.step() < 150);
    write(store, true, 200, 300);

    assertThat(steps(store)).containsExactly(100L, 300L);
  }

  /** The checkpointer clears what is half written while a probe is told of. */
  @Test
  void aProbeIsDoneWhileCheckpointsAreWritten() throws Exception {
    CheckpointStore store = new CheckpointStore(dir, new Retention(2, 0, 1));
    CompletableFuture<Void> rating =
        CompletableFuture.runAsync(
            () -> {
              for (int step = 1; step <= 300; step++) {
                store.rate(step, step);
              }
            });

    for (int step = 1; step <= 60; step++) {
      write(store, true, step);
    }

    assertThat(rating).succeedsWithin(Duration.ofMinutes(1));
  }

  @Test
  void damagedAccuraciesTellNothing() throws IOException {
    Files.writeString(dir.resolve("accuracies.json"), "{\"x\": 1, \"100\"");
    CheckpointStore store = new CheckpointStore(dir, new Retention(1, 0, 1));

    rated(store, 100, 0.2);
    write(store, true, 200);

    assertThat(steps(store)).containsExactly(100L, 200L);
  }

  @Test
  void onlyTheNewestDamagedOnesAreKept() throws IOException {
    for (int step = 1; step <= 4; step++) {
      Path corrupt = Files.createDirectories(dir.resolve("corrupt-step-0000000" + step));
      Files.setLastModifiedTime(corrupt, FileTime.fromMillis(1000L * step));
    }

    write(new CheckpointStore(dir, Retention.newest(1)), true, 100);

    assertThat(dir.toFile().list())
        .containsExactlyInAnyOrder(
            "corrupt-step-00000003", "corrupt-step-00000004", "step-00000100", "latest");
  }

  @Test
  void aCheckpointOfAnOlderVersionWasDueByItsStep() throws IOException {
    CheckpointStore store = new CheckpointStore(dir, Retention.newest(3));
    write(store, true, 100);
    Path manifest = dir.resolve("step-00000100/manifest.json");
    Manifest written = Manifest.read(manifest.getParent());
    Files.write(
        manifest, Json.write(new Manifest(100, written.created(), null, written.files(), null)));

    assertThat(store.newestValid(warnings::add)).isPresent();
    assertThat(store.list().getFirst().isScheduled()).isTrue();
    assertThat(warnings).isEmpty();
  }

  private static void rated(CheckpointStore store, long step, double accuracy) {
    write(store, true, step);
    store.rate(step, accuracy);
  }

  private static void write(CheckpointStore store, boolean scheduled, long... steps) {
    for (long step : steps) {
      store.write(
          step,
          new CheckpointData(tensors(), tensors(), new LinkedHashMap<>(), Map.of(), scheduled));
    }
  }

  private static List<Long> steps(CheckpointStore store) {
    return store.list().stream().map(Checkpoint::step).toList();
  }

  private static SequencedMap<String, TensorData> tensors() {
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("w", new TensorData(DType.F32, new long[] {2}, ByteBuffer.allocate(8)));
    return tensors;
  }
}
