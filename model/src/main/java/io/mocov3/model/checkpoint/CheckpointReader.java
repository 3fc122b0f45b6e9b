package io.mocov3.model.checkpoint;

import io.mocov3.model.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The checkpoints of a run, which may be training: reading changes nothing on the disk. */
public final class CheckpointReader {
  private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})");
  static final String LATEST = "latest";

  private final Path dir;

  public CheckpointReader(Path dir) {
    this.dir = dir;
  }

  /** All that have a checkpoint's name, by ascending step, valid or not. */
  public List<Checkpoint> list() {
    try {
      return Directories.children(dir).stream()
          .filter(Files::isDirectory)
          .flatMap(path -> parse(path).stream())
          .sorted(Comparator.comparingLong(Checkpoint::step))
          .toList();
    } catch (IOException e) {
      throw new ModelException(dir + ": checkpoints cannot be listed: " + e.getMessage(), e);
    }
  }

  /** The highest step of {@link #list}. */
  public OptionalLong newestStep() {
    return list().stream().mapToLong(Checkpoint::step).max();
  }

  /** The one of the highest step whose files are as its manifest says; a line for each skipped. */
  public Optional<Checkpoint> newestValid(Consumer<String> warn) {
    return newestValid(list(), (checkpoint, reason) -> warn.accept(reason));
  }

  /** The last one of {@code ascending} that is valid. */
  static Optional<Checkpoint> newestValid(
      List<Checkpoint> ascending, BiConsumer<Checkpoint, String> onInvalid) {
    for (Checkpoint checkpoint : ascending.reversed()) {
      try {
        checkpoint.verify();
        return Optional.of(checkpoint);
      } catch (ModelException e) {
        onInvalid.accept(checkpoint, e.getMessage());
      }
    }
    return Optional.empty();
  }

  /** The name in {@code latest}: the checkpoint written last, which need not be of most steps. */
  Optional<String> latest() throws IOException {
    try {
      return Optional.of(Files.readString(dir.resolve(LATEST), StandardCharsets.UTF_8).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  static String name(long step) {
    return "step-%08d".formatted(step);
  }

  private static Optional<Checkpoint> parse(Path path) {
    Matcher matcher = NAME.matcher(path.getFileName().toString());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long step = Long.parseLong(matcher.group(1));
    return name(step).equals(matcher.group())
        ? Optional.of(new Checkpoint(step, path))
        : Optional.empty();
  }
}
