package io.mocov3.model.checkpoint;

import io.mocov3.model.IoReason;
import io.mocov3.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The checkpoints of the run that this process trains. A checkpoint appears under its name only
 * when all of it is on the disk; the newest {@code keep} are kept. For one thread at a time.
 */
public final class CheckpointStore {
  private final Path dir;
  private final int keep;
  private final CheckpointReader reader;

  /**
   * What was written: the checkpoint's directory and the bytes of all its files; and why older ones
   * could not be deleted, if so.
   */
  public record Stored(Path path, long bytes, Optional<String> unpruned) {}

  /** Makes the directory if need be and clears what an interrupted write left there. */
  public CheckpointStore(Path dir, int keep) {
    if (keep < 1) {
      throw new ModelException("checkpoints to keep is %d, but must be 1 or more".formatted(keep));
    }
    this.dir = dir;
    this.keep = keep;
    this.reader = new CheckpointReader(dir);
    try {
      Files.createDirectories(dir);
      CheckpointWriter.recover(dir);
    } catch (IOException e) {
      throw new ModelException(dir + ": checkpoint directory cannot be used: " + e, e);
    }
  }

  /**
   * Writes the checkpoint of a step, replacing one that is there, then prunes; what cannot be
   * pruned is left to the next time. When writing fails, all earlier checkpoints are as they were.
   */
  public Stored write(long step, CheckpointData data) {
    if (step < 0) {
      throw new ModelException("checkpoint step is %d, but must be 0 or more".formatted(step));
    }
    long bytes;
    try {
      bytes = new CheckpointWriter(dir, step).write(data);
    } catch (IOException e) {
      throw unwritten(step, IoReason.of(e), e);
    } catch (ModelException e) {
      throw unwritten(step, e.getMessage(), e);
    }
    return new Stored(dir.resolve(CheckpointReader.name(step)), bytes, prune());
  }

  private ModelException unwritten(long step, String reason, Exception cause) {
    return new ModelException(
        "%s: checkpoint could not be written: %s"
            .formatted(dir.resolve(CheckpointReader.name(step)), reason),
        cause);
  }

  /** All that have a checkpoint's name, by ascending step, valid or not. */
  public List<Checkpoint> list() {
    return reader.list();
  }

  /**
   * The checkpoint of the highest step whose files are as its manifest says. Each newer one that is
   * not is renamed to {@code corrupt-step-...} and reported in one line.
   */
  public Optional<Checkpoint> newestValid(Consumer<String> warn) {
    List<Checkpoint> invalid = new ArrayList<>();
    Optional<Checkpoint> valid =
        reader.firstValid(
            (checkpoint, reason) -> {
              invalid.add(checkpoint);
              warn.accept(reason + "; " + setAside(checkpoint));
            });
    if (!invalid.isEmpty()) {
      repairLatest(valid, warn);
    }
    return valid;
  }

  /** Deletes the checkpoints of {@code step} and later; {@code latest} names the newest left. */
  public void removeFrom(long step) {
    try {
      List<Checkpoint> all = list();
      Optional<Checkpoint> left =
          all.stream().filter(checkpoint -> checkpoint.step() < step).reduce((a, b) -> b);
      if (left.isPresent()) {
        CheckpointWriter.pointLatest(dir, left.get().path().getFileName().toString());
      } else {
        Directories.delete(dir.resolve(CheckpointReader.LATEST));
      }
      for (Checkpoint checkpoint : all) {
        if (checkpoint.step() >= step) {
          CheckpointWriter.remove(dir, checkpoint.path().getFileName().toString());
        }
      }
    } catch (IOException e) {
      throw new ModelException(dir + ": checkpoints cannot be removed: " + e, e);
    }
  }

  private String setAside(Checkpoint checkpoint) {
    String name = "corrupt-" + checkpoint.path().getFileName();
    Path target = dir.resolve(name);
    for (int i = 2; Files.exists(target); i++) {
      target = dir.resolve(name + "-" + i);
    }
    try {
      Directories.rename(checkpoint.path(), target);
      Directories.sync(dir);
      return "set aside as " + target.getFileName();
    } catch (IOException e) {
      return "could not be set aside: " + e.getMessage();
    }
  }

  private void repairLatest(Optional<Checkpoint> valid, Consumer<String> warn) {
    try {
      if (valid.isPresent()) {
        CheckpointWriter.pointLatest(dir, valid.get().path().getFileName().toString());
      } else {
        Directories.delete(dir.resolve(CheckpointReader.LATEST));
      }
    } catch (IOException e) {
      warn.accept(dir.resolve(CheckpointReader.LATEST) + ": cannot be updated: " + e.getMessage());
    }
  }

  /** Returns why not all of the old ones could be deleted. */
  private Optional<String> prune() {
    try {
      CheckpointWriter.clear(dir);
      List<Checkpoint> all = list();
      Optional<String> latest = reader.latest();
      for (Checkpoint checkpoint : all.subList(0, Math.max(0, all.size() - keep))) {
        String name = checkpoint.path().getFileName().toString();
        if (!latest.equals(Optional.of(name))) {
          CheckpointWriter.remove(dir, name);
        }
      }
      return Optional.empty();
    } catch (IOException | ModelException e) {
      return Optional.of(dir + ": old checkpoints cannot be deleted: " + e.getMessage());
    }
  }
}
