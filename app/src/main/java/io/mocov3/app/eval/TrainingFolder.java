package io.mocov3.app.eval;

import com.typesafe.config.ConfigFactory;
import io.mocov3.actors.finetune.LabelledTraining;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.lines.JsonLines;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.RunException;
import io.mocov3.app.run.RunLock;
import io.mocov3.app.settings.RunRecord;
import io.mocov3.app.settings.Settings;
import io.mocov3.metrics.NoMetrics;
import io.mocov3.model.IoReason;
import io.mocov3.model.ModelException;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.PlainTraining;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.finetune.FineTuning.Which;
import io.mocov3.model.interchange.Export;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Where a training with labels lies: {@code checkpoints}, {@code metrics.jsonl}, and what it makes.
 * The same command goes on with what is there.
 */
final class TrainingFolder implements LabelledTraining.Saving, AutoCloseable {
  private static final int KEPT = 2;
  private static final long BETWEEN_TRIES = Duration.ofSeconds(5).toNanos();
  private static final String ROOT = "mocov3";

  /** The type of lines that are written again where a test is made again. */
  static final String TEST = "finetune_test";

  private static final String CHECKPOINTS = "checkpoints";

  private final Path folder;
  private final String what;
  private final Settings.Checkpoint often;
  private final PrintWriter err;
  private final RunLock lock;
  private final CheckpointStore store;
  private final JsonLines metrics;
  private final Map<String, Object> settings = new LinkedHashMap<>();
  private long savedAt = System.nanoTime();

  /**
   * Makes the folder if need be.
   *
   * @param what is trained, in words
   * @param settings what must be the same when it goes on
   * @param often how often it is saved, and how long a save that must not fail is tried
   * @throws SettingsException when something else is there
   */
  TrainingFolder(
      Path folder,
      String what,
      Map<String, Object> settings,
      Settings.Checkpoint often,
      PrintWriter err) {
    this.folder = folder;
    this.what = what;
    this.often = often;
    this.err = err;
    this.settings.put("kind", what);
    settings.forEach((key, value) -> this.settings.put(key, String.valueOf(value)));
    try {
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        throw new SettingsException(folder + " is not a folder; give another --out");
      }
      boolean ours =
          Files.isDirectory(folder.resolve(CHECKPOINTS))
              && !Files.exists(folder.resolve(RunRecord.FILE_NAME));
      if (!ours && holdsSomething(folder)) {
        throw new SettingsException(
            "%s holds something else than a %s; give another --out".formatted(folder, what));
      }
      Files.createDirectories(folder);
      lock = RunLock.take(folder, Duration.ZERO, () -> {}, "give another --out");
    } catch (IOException e) {
      throw new RunException(folder + " cannot be used: " + IoReason.of(e), e);
    }
    store = new CheckpointStore(folder.resolve(CHECKPOINTS), Retention.newest(KEPT));
    metrics =
        new JsonLines(
            folder.resolve("metrics.jsonl"), new LogWatch(NoMetrics.INSTANCE, this::tell));
  }

  private static boolean holdsSomething(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return false;
    }
    try (Stream<Path> content = Files.list(folder)) {
      return content.anyMatch(path -> !RunLock.isLock(path));
    }
  }

  /** Keys of the experiment that begin with one of {@code sections} and with none of these. */
  static Map<String, Object> keys(Settings experiment, List<String> sections, List<String> free) {
    Map<String, Object> keys = new TreeMap<>();
    ConfigFactory.parseString(experiment.rendered())
        .getConfig(ROOT)
        .entrySet()
        .forEach(
            entry -> {
              String key = entry.getKey();
              if (sections.stream().anyMatch(key::startsWith)
                  && free.stream().noneMatch(key::startsWith)) {
                keys.put(key, entry.getValue().unwrapped());
              }
            });
    return keys;
  }

  @Override
  public boolean isDue(long done) {
    boolean byClock =
        !often.every().isZero() && System.nanoTime() - savedAt >= often.every().toNanos();
    return byClock || (often.everySteps() > 0 && done % often.everySteps() == 0);
  }

  /** What cannot be saved in the middle is tried again when it is due; at the end for some time. */
  @Override
  public void save(long done, Supplier<CheckpointData> data, boolean last) {
    long end = System.nanoTime() + often.retryFor().toNanos();
    while (true) {
      try {
        store.write(done, data.get()).unpruned().ifPresent(this::tell);
        savedAt = System.nanoTime();
        return;
      } catch (ModelException e) {
        if (last && System.nanoTime() >= end) {
          throw e;
        }
        tell(e.getMessage());
        if (!last) {
          savedAt = System.nanoTime();
          return;
        }
        LockSupport.parkNanos(BETWEEN_TRIES);
      }
    }
  }

  /** What must be the same when it goes on. */
  Map<String, Object> settings() {
    return settings;
  }

  /**
   * Takes over the newest checkpoint, if there is one.
   *
   * @param restore puts it where it belongs, and says how many steps were made
   * @return how many steps were made
   * @throws SettingsException when it is of another training
   */
  long begin(ToLongFunction<Checkpoint> restore) {
    Optional<Checkpoint> newest = store.newestValid(this::tell);
    if (newest.isEmpty()) {
      metrics.truncateAfter(0);
      return 0;
    }
    Map<String, Object> before = PlainTraining.of(newest.get()).settings();
    settings.forEach(
        (key, now) -> {
          if (!now.equals(before.get(key))) {
            throw new SettingsException(
                "%s holds a %s with %s = %s, not %s; give another --out"
                    .formatted(folder, what, key, before.get(key), now));
          }
        });
    long steps = restore.applyAsLong(newest.get());
    metrics.keep(
        line ->
            line.path("step").asLong() < steps
                || (line.path("step").asLong() == steps
                    && !line.path("type").asText().equals(TEST)));
    tell("going on from step " + steps);
    return steps;
  }

  private void tell(String line) {
    err.println(Escaped.text(line));
    err.flush();
  }

  /** A line of metrics.jsonl, with its {@code type} and {@code step}. */
  void append(Map<String, Object> line) {
    metrics.append(line);
  }

  /** Writes a network for timm; returns where. */
  Path export(Which network, Export export) {
    Path target = folder.resolve(network == Which.AVERAGE ? "timm-average" : "timm");
    try {
      Files.createDirectories(target);
    } catch (IOException e) {
      throw new RunException(target + " cannot be made: " + IoReason.of(e), e);
    }
    export.write(target);
    return target;
  }

  @Override
  public void close() {
    metrics.close();
    try {
      lock.close();
    } catch (IOException e) {
      tell(folder + " cannot be unlocked: " + IoReason.of(e));
    }
  }
}
