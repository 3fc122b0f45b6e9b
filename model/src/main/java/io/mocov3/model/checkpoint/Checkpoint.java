package io.mocov3.model.checkpoint;

import io.mocov3.model.ModelException;
import io.mocov3.model.safetensors.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The checkpoint of one step: a directory with {@code manifest.json} and the files it lists. The
 * accessors do not check sums; {@link #verify} does.
 */
public record Checkpoint(long step, Path path) {
  static final String MODEL = "model.safetensors";
  static final String OPTIMIZER = "optimizer.safetensors";
  static final String STATE = "state.safetensors";
  static final String TRAINER = "trainer.json";

  /** To be closed by the caller. */
  public SafetensorsFile model() {
    return SafetensorsFile.open(path.resolve(MODEL));
  }

  /** To be closed by the caller. */
  public SafetensorsFile optimizer() {
    return SafetensorsFile.open(path.resolve(OPTIMIZER));
  }

  /** Tensors of other sections, if it has any; to be closed by the caller. */
  public Optional<SafetensorsFile> state() {
    Path file = path.resolve(STATE);
    return Files.exists(file) ? Optional.of(SafetensorsFile.open(file)) : Optional.empty();
  }

  /** As written, except that every integer is a Long and every fraction a Double. */
  public Map<String, Object> trainer() {
    return Json.readMap(path.resolve(TRAINER));
  }

  /** Whether it was due by its step; not so where that cannot be read. */
  public boolean isScheduled() {
    try {
      return Manifest.read(path).wasDue();
    } catch (ModelException e) {
      return false;
    }
  }

  /**
   * Reads every file; a {@link ModelException} names the first that is not as the manifest says.
   */
  public void verify() {
    Manifest.read(path).verify(step, path);
  }
}
