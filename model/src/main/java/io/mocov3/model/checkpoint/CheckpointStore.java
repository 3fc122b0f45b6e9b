package io.mocov3.model.checkpoint;

import io.mocov3.model.IoReason;
import io.mocov3.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The checkpoints of the run that this process trains. A checkpoint appears under its name only
 * when all of it is on the disk. For one thread at a time, but for {@link #rate}.
 */
public final class CheckpointStore {

  /** Damaged checkpoints that are kept for whoever wants to know what happened to them. */
  private static final int MOST_CORRUPT = 2;

  private static final String CORRUPT = "corrupt-";

  private final Path dir;
  private final Retention retention;
  private final Accuracies accuracies;
  private final CheckpointReader reader;

  /**
   * What was written: the checkpoint's directory and the bytes of all its files; and why older ones
   * could not be deleted, if so.
   */
  public record Stored(Path path, long bytes, Optional<String> unpruned) {}

  /** Makes the directory if need be and clears what an interrupted write left there. */
  public CheckpointStore(Path dir, Retention retention) {
    this.dir = dir;
    this.retention = retention;
    this.reader = new CheckpointReader(dir);
    try {
      Files.createDirectories(dir);
      CheckpointWriter.recover(dir);
    } catch (IOException e) {
      throw new ModelException(dir + ": checkpoint directory cannot be used: " + e, e);
    }
    accuracies = new Accuracies(dir);
  }

  /**
   * What a probe said of the weights of that step, whether their checkpoint is written yet or not.
   */
  public void rate(long step, double accuracy) {
    try {
      accuracies.put(step, accuracy);
    } catch (IOException e) {
      throw new ModelException(
          "%s: the accuracy of step %d cannot be kept: %s".formatted(dir, step, IoReason.of(e)), e);
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
    List<Checkpoint> all = list();
    Optional<Checkpoint> valid = newestValid(all, warn);
    boolean isNewest = valid.equals(all.stream().reduce((before, after) -> after));
    if (!isNewest) {
      repairLatest(valid, warn);
    }
    return valid;
  }

  /** The same of {@code ascending} alone; what {@code latest} names is left as it is. */
  public Optional<Checkpoint> newestValid(List<Checkpoint> ascending, Consumer<String> warn) {
    return CheckpointReader.newestValid(
        ascending, (checkpoint, reason) -> warn.accept(reason + "; " + setAside(checkpoint)));
  }

  /** The highest step of {@link #list}. */
  public OptionalLong newestStep() {
    return reader.newestStep();
  }

  /**
   * Deletes the checkpoints that {@code wanted} refuses, and what was said of {@code step} and
   * later; {@code latest} names the newest left.
   */
  public void removeFrom(long step, Predicate<Checkpoint> wanted) {
    try {
      accuracies.removeFrom(step);
      List<Checkpoint> all = list();
      Optional<Checkpoint> left = all.stream().filter(wanted).reduce((a, b) -> b);
      if (left.isPresent()) {
        CheckpointWriter.pointLatest(dir, left.get().path().getFileName().toString());
      } else {
        Directories.delete(dir.resolve(CheckpointReader.LATEST));
      }
      for (Checkpoint checkpoint : all) {
        if (!wanted.test(checkpoint)) {
          CheckpointWriter.remove(dir, checkpoint.path().getFileName().toString());
        }
      }
    } catch (IOException e) {
      throw new ModelException(dir + ": checkpoints cannot be removed: " + e, e);
    }
  }

  private String setAside(Checkpoint checkpoint) {
    String name = CORRUPT + checkpoint.path().getFileName();
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

  private void pruneCorrupt() throws IOException {
    List<Path> newestFirst = new ArrayList<>();
    for (Path path : Directories.children(dir)) {
      if (path.getFileName().toString().startsWith(CORRUPT)) {
        newestFirst.add(path);
      }
    }
    newestFirst.sort(
        Comparator.comparingLong((Path path) -> path.toFile().lastModified()).reversed());
    for (Path old :
        newestFirst.subList(Math.min(MOST_CORRUPT, newestFirst.size()), newestFirst.size())) {
      CheckpointWriter.remove(dir, old.getFileName().toString());
    }
  }

  /** Returns why not all of the old ones could be deleted. */
  private Optional<String> prune() {
    try {
      CheckpointWriter.clear(dir);
      List<Checkpoint> all = list();
      Set<Checkpoint> kept = retention.kept(all, accuracies.get());
      Optional<String> latest = reader.latest();
      for (Checkpoint checkpoint : all) {
        String name = checkpoint.path().getFileName().toString();
        if (!kept.contains(checkpoint) && !latest.equals(Optional.of(name))) {
          CheckpointWriter.remove(dir, name);
        }
      }
      accuracies.retain(kept, all.getLast().step());
      pruneCorrupt();
      return Optional.empty();
    } catch (IOException | ModelException e) {
      return Optional.of(dir + ": old checkpoints cannot be deleted: " + e.getMessage());
    }
  }
}
