package io.mocov3.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.safetensors.DType;
import io.mocov3.model.safetensors.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whichever byte of a checkpoint changes, and into what: it is not taken for a checkpoint. */
class BitFlipTest {
  private static final int FLIPS = 500;
  private static final long SEED = 14;
  private static final List<String> FILES =
      List.of(
          "manifest.json",
          "model.safetensors",
          "optimizer.safetensors",
          "state.safetensors",
          "trainer.json");

  @TempDir private Path dir;

  @Test
  void eachOf500FlipsIsDetectedAndTheCheckpointBeforeIsTaken() throws IOException {
    CheckpointStore store = new CheckpointStore(dir, Retention.newest(9));
    store.write(1, data(1));
    store.write(2, data(2));
    Path newest = dir.resolve("step-00000002");
    assertThat(newest.toFile().list()).containsExactlyInAnyOrderElementsOf(FILES);
    Random random = new Random(SEED);

    for (int flip = 0; flip < FLIPS; flip++) {
      String name = FILES.get(flip % FILES.size());
      byte[] whole = Files.readAllBytes(newest.resolve(name));
      byte[] flipped = whole.clone();
      int at = random.nextInt(whole.length);
      flipped[at] ^= (byte) (1 + random.nextInt(255));
      Files.write(newest.resolve(name), flipped);
      List<String> warnings = new ArrayList<>();

      Checkpoint found = new CheckpointReader(dir).newestValid(warnings::add).orElseThrow();

      assertThat(found.step()).as("byte %d of %s", at, name).isEqualTo(1);
      assertThat(warnings).singleElement().asString().hasLineCount(1).contains("step-00000002");
      Files.write(newest.resolve(name), whole);
    }

    assertThat(new CheckpointReader(dir).newestValid(warning -> {}).orElseThrow().step())
        .isEqualTo(2);
  }

  /** Every single bit of the manifest, which nothing but itself vouches for. */
  @Test
  void everyBitOfTheManifestCounts() throws IOException {
    CheckpointStore store = new CheckpointStore(dir, Retention.newest(9));
    store.write(2, data(2));
    Path manifest = dir.resolve("step-00000002/manifest.json");
    byte[] whole = Files.readAllBytes(manifest);

    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(manifest, flipped);

      assertThat(new CheckpointReader(dir).newestValid(warning -> {})).as("bit %d", bit).isEmpty();
    }
  }

  private static CheckpointData data(int step) {
    Map<String, Object> trainer = new LinkedHashMap<>();
    trainer.put("completed_steps", step);
    trainer.put("adjustments", Map.of("rollbacks", 0, "learning_rate_factor", 0.5));
    return new CheckpointData(tensors(step), tensors(step + 1), tensors(step + 2), trainer, true);
  }

  private static SequencedMap<String, TensorData> tensors(int seed) {
    byte[] bytes = new byte[4000];
    new Random(seed).nextBytes(bytes);
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("w", new TensorData(DType.F32, new long[] {1000}, ByteBuffer.wrap(bytes)));
    return tensors;
  }
}
