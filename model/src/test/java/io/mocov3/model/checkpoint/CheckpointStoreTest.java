package io.mocov3.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mocov3.model.ModelException;
import io.mocov3.model.safetensors.DType;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  @TempDir private Path dir;

  private final List<String> warnings = new ArrayList<>();

  @Test
  void whatIsWrittenComesBack() throws IOException {
    CheckpointStore store =
        new CheckpointStore(dir.resolve("run/checkpoints"), Retention.newest(3));
    Map<String, Object> trainer =
        Map.of("epoch", 3L, "seed", Long.MAX_VALUE, "loss", 0.1, "last", Double.NaN, "name", "ä");

    CheckpointStore.Stored written =
        store.write(1000, new CheckpointData(tensors(1), tensors(2), trainer));

    Path path = dir.resolve("run/checkpoints/step-00001000");
    assertThat(written.path()).isEqualTo(path);
    assertThat(written.bytes()).isEqualTo(size(path));
    assertThat(path.toFile().list())
        .containsExactlyInAnyOrder(
            "manifest.json", "model.safetensors", "optimizer.safetensors", "trainer.json");
    assertThat(path.resolveSibling("latest")).hasContent("step-00001000");
    Checkpoint newest = store.newestValid(warnings::add).orElseThrow();
    assertThat(newest).isEqualTo(new Checkpoint(1000, path));
    assertThat(newest.trainer()).isEqualTo(trainer);
    try (SafetensorsFile model = newest.model();
        SafetensorsFile optimizer = newest.optimizer()) {
      assertThat(model.get("w")).isEqualTo(tensors(1).get("w"));
      assertThat(optimizer.get("w")).isEqualTo(tensors(2).get("w"));
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void anEmptyDirectoryHasNone() {
    assertThat(new CheckpointStore(dir, Retention.newest(1)).newestValid(warnings::add)).isEmpty();
    assertThat(new CheckpointReader(dir.resolve("missing")).list()).isEmpty();
  }

  @Test
  void aFailedWriteLeavesThePreviousValid() {
    CheckpointStore store = storeWith(1);
    Map<String, Object> unwritable = Map.of("thread", new ThreadLocal<>());

    assertThatThrownBy(() -> store.write(2, new CheckpointData(tensors(2), tensors(2), unwritable)))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            dir.resolve("step-00000002") + ": checkpoint could not be written: ");

    assertThat(dir.toFile().list()).containsExactlyInAnyOrder("step-00000001", "latest");
    assertThat(store.newestValid(warnings::add).orElseThrow().step()).isEqualTo(1);
    assertThat(warnings).isEmpty();
  }

  @Test
  void anInterruptedWriteIsClearedOnOpening() throws IOException {
    storeWith(1);
    Path temporary = Files.createDirectories(dir.resolve(".tmp-step-00000002"));
    Files.writeString(temporary.resolve("model.safetensors"), "half");
    Files.writeString(dir.resolve(".tmp-latest"), "ste");

    CheckpointStore store = new CheckpointStore(dir, Retention.newest(3));

    assertThat(dir.toFile().list()).containsExactlyInAnyOrder("step-00000001", "latest");
    assertThat(store.newestValid(warnings::add).orElseThrow().step()).isEqualTo(1);
  }

  @Test
  void aReplacementInterruptedBetweenItsRenamesIsUndone() throws IOException {
    storeWith(1);
    Files.move(dir.resolve("step-00000001"), dir.resolve(".replaced-step-00000001"));
    Files.createDirectories(dir.resolve(".tmp-step-00000001"));

    CheckpointStore store = new CheckpointStore(dir, Retention.newest(3));

    assertThat(store.newestValid(warnings::add).orElseThrow().step()).isEqualTo(1);
    assertThat(dir.toFile().list()).containsExactlyInAnyOrder("step-00000001", "latest");
  }

  @Test
  void writingAStepAgainReplacesIt() {
    CheckpointStore store = storeWith(1);

    store.write(1, new CheckpointData(tensors(9), tensors(9), Map.of()));

    try (SafetensorsFile model = store.newestValid(warnings::add).orElseThrow().model()) {
      assertThat(model.get("w")).isEqualTo(tensors(9).get("w"));
    }
    assertThat(dir.toFile().list()).containsExactlyInAnyOrder("step-00000001", "latest");
  }

  @Test
  void afterABitFlipTheOneBeforeIsUsedAndTheWarningNamesTheFile() throws IOException {
    CheckpointStore store = storeWith(1, 2);
    Path flipped = dir.resolve("step-00000002/optimizer.safetensors");
    byte[] bytes = Files.readAllBytes(flipped);
    bytes[bytes.length - 1] ^= 1;
    Files.write(flipped, bytes);

    Checkpoint newest = store.newestValid(warnings::add).orElseThrow();

    assertThat(newest.step()).isEqualTo(1);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.getFirst())
        .matches(
            "\\Q%s\\E: SHA-256 is \\p{XDigit}{64}, but the manifest says \\p{XDigit}{64};"
                    .formatted(flipped)
                + " set aside as corrupt-step-00000002");
    assertThat(dir.resolve("corrupt-step-00000002/optimizer.safetensors")).hasBinaryContent(bytes);
    assertThat(dir.resolve("latest")).hasContent("step-00000001");
  }

  @Test
  void everyOtherDamageIsNamedToo() throws IOException {
    CheckpointStore store = storeWith(1, 2, 3, 4, 5, 6, 7);
    Files.delete(dir.resolve("step-00000002/manifest.json"));
    Files.delete(dir.resolve("step-00000003/trainer.json"));
    Files.writeString(dir.resolve("step-00000004/trainer.json"), "{}");
    Files.writeString(dir.resolve("step-00000005/manifest.json"), "{\"step\":5}");
    Files.writeString(dir.resolve("step-00000006/manifest.json"), "{\n\"step\":");
    Files.move(dir.resolve("step-00000007"), dir.resolve("step-00000008"));

    Checkpoint newest = store.newestValid(warnings::add).orElseThrow();

    assertThat(newest.step()).isEqualTo(1);
    assertThat(warnings).hasSize(6).allSatisfy(line -> assertThat(line).hasLineCount(1));
    assertThat(String.join("\n", warnings))
        .contains(
            "step-00000008/manifest.json: step is 7, but the directory's is 8; set aside",
            "step-00000006/manifest.json: not JSON as expected: ",
            "step-00000005/manifest.json: does not list model.safetensors",
            "step-00000004/trainer.json: 2 bytes, but the manifest says ",
            "step-00000003/trainer.json: missing, but the manifest lists it",
            "step-00000002/manifest.json: missing, so the checkpoint is not complete");
    assertThat(store.list()).containsExactly(newest);
  }

  @Test
  void aSecondCorruptOneOfAStepKeepsTheFirst() throws IOException {
    CheckpointStore store = storeWith(1);
    for (int i = 0; i < 2; i++) {
      store.write(2, new CheckpointData(tensors(i), tensors(i), Map.of()));
      Files.delete(dir.resolve("step-00000002/manifest.json"));
      store.newestValid(warnings::add);
    }

    assertThat(dir.toFile().list()).contains("corrupt-step-00000002", "corrupt-step-00000002-2");
  }

  @Test
  void aReaderChangesNothing() throws IOException {
    storeWith(1, 2);
    Files.delete(dir.resolve("step-00000002/manifest.json"));
    Files.createDirectory(dir.resolve(".tmp-step-00000003"));

    Checkpoint newest = new CheckpointReader(dir).newestValid(warnings::add).orElseThrow();

    assertThat(newest.step()).isEqualTo(1);
    assertThat(warnings).hasSize(1);
    assertThat(dir.toFile().list())
        .containsExactlyInAnyOrder(
            "step-00000001", "step-00000002", ".tmp-step-00000003", "latest");
  }

  @Test
  void onlyTheNewestAreKept() throws IOException {
    CheckpointStore store = new CheckpointStore(dir, Retention.newest(2));
    Files.createDirectories(dir.resolve("corrupt-step-00000000"));
    for (long step : new long[] {5, 10, 99_999_999, 100_000_000}) {
      store.write(step, new CheckpointData(tensors(1), tensors(1), Map.of()));
    }

    assertThat(store.list())
        .extracting(Checkpoint::step)
        .containsExactly(99_999_999L, 100_000_000L);
    assertThat(dir.resolve("corrupt-step-00000000")).exists();
  }

  @Test
  void aCheckpointIsWrittenAlsoWhenAnOldOneCannotBeDeletedWhichIsTriedAgain() throws Exception {
    storeWith(1, 2);
    CheckpointStore store = new CheckpointStore(dir, Retention.newest(1));
    Path busy = dir.resolve("step-00000001");
    assumeTrue(command("mount", "--bind", busy, busy), "nothing can be mounted here");
    try {
      CheckpointStore.Stored written =
          store.write(3, new CheckpointData(tensors(3), tensors(3), Map.of()));

      assertThat(written.unpruned().orElseThrow())
          .startsWith(dir + ": old checkpoints cannot be deleted: ");
      assertThat(store.newestValid(warnings::add).orElseThrow().step()).isEqualTo(3);
    } finally {
      assertThat(command("umount", busy)).isTrue();
    }

    assertThat(store.write(4, new CheckpointData(tensors(4), tensors(4), Map.of())).unpruned())
        .isEmpty();

    assertThat(dir.toFile().list()).containsExactlyInAnyOrder("step-00000004", "latest");
  }

  private static boolean command(Object... words) throws Exception {
    List<String> command = Arrays.stream(words).map(Object::toString).toList();
    return new ProcessBuilder(command).start().waitFor() == 0;
  }

  @Test
  void theOneThatLatestNamesIsKept() {
    CheckpointStore store = storeWith(10, 20);

    new CheckpointStore(dir, Retention.newest(1))
        .write(5, new CheckpointData(tensors(1), tensors(1), Map.of()));

    assertThat(store.list()).extracting(Checkpoint::step).containsExactly(5L, 20L);
    assertThat(dir.resolve("latest")).hasContent("step-00000005");
  }

  @Test
  void badArgumentsAndDirectoriesAreRefused() throws IOException {
    Path file = Files.createFile(dir.resolve("file"));

    assertThatThrownBy(() -> new CheckpointStore(dir, Retention.newest(0)))
        .isInstanceOf(ModelException.class)
        .hasMessage("checkpoints to keep is 0, but must be 1 or more");
    assertThatThrownBy(() -> new CheckpointStore(file, Retention.newest(1)))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file + ": checkpoint directory cannot be used: ");
    assertThatThrownBy(
            () ->
                new CheckpointStore(dir, Retention.newest(1))
                    .write(-1, new CheckpointData(tensors(1), tensors(1), Map.of())))
        .isInstanceOf(ModelException.class)
        .hasMessage("checkpoint step is -1, but must be 0 or more");
  }

  private CheckpointStore storeWith(long... steps) {
    CheckpointStore store = new CheckpointStore(dir, Retention.newest(10));
    for (long step : steps) {
      store.write(step, new CheckpointData(tensors(step), tensors(step + 1), Map.of("step", step)));
    }
    return store;
  }

  private static SequencedMap<String, TensorData> tensors(long value) {
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    ByteBuffer bytes = ByteBuffer.allocate(8).putLong(value).flip();
    tensors.put("w", new TensorData(DType.F32, new long[] {2}, bytes));
    return tensors;
  }

  private static long size(Path directory) throws IOException {
    long bytes = 0;
    for (Path file : Directories.children(directory)) {
      bytes += Files.size(file);
    }
    return bytes;
  }
}
