package io.mocov3.model.checkpoint;

import io.mocov3.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What probes said of checkpoints, by step, in {@code accuracies.json} beside them. Thread-safe,
 * for a probe is done while another checkpoint is written.
 */
final class Accuracies {
  private static final String NAME = "accuracies.json";

  private final Path dir;
  private final Path aside;
  private final TreeMap<Long, Double> bySteps = new TreeMap<>();

  /** A file that is damaged tells nothing. */
  Accuracies(Path dir) {
    this.dir = dir;
    aside = dir.resolve("." + NAME); // none of a checkpoint's: those are cleared at any time
    try {
      Files.deleteIfExists(aside);
      if (Files.exists(file())) {
        Json.readMap(file())
            .forEach(
                (step, accuracy) -> {
                  if (accuracy instanceof Number number) {
                    bySteps.put(Long.parseLong(step), number.doubleValue());
                  }
                });
      }
    } catch (IOException | ModelException | NumberFormatException e) {
      bySteps.clear();
    }
  }

  private Path file() {
    return dir.resolve(NAME);
  }

  synchronized Map<Long, Double> get() {
    return new TreeMap<>(bySteps);
  }

  synchronized void put(long step, double accuracy) throws IOException {
    bySteps.put(step, accuracy);
    write();
  }

  /** Forgets what was said of {@code step} and later ones. */
  synchronized void removeFrom(long step) throws IOException {
    if (!bySteps.isEmpty() && bySteps.lastKey() >= step) {
      bySteps.tailMap(step).clear();
      write();
    }
  }

  /** Forgets what was said of steps before {@code newest} that have no checkpoint any more. */
  synchronized void retain(Iterable<Checkpoint> left, long newest) throws IOException {
    TreeMap<Long, Double> kept = new TreeMap<>(bySteps.tailMap(newest));
    for (Checkpoint checkpoint : left) {
      Double accuracy = bySteps.get(checkpoint.step());
      if (accuracy != null) {
        kept.put(checkpoint.step(), accuracy);
      }
    }
    if (kept.size() < bySteps.size()) {
      bySteps.keySet().retainAll(kept.keySet());
      write();
    }
  }

  private void write() throws IOException {
    Digest.ofWriting(aside, out -> out.write(Json.write(bySteps)));
    Directories.rename(aside, file());
  }
}
