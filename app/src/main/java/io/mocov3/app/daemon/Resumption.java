package io.mocov3.app.daemon;

import com.typesafe.config.Config;
import io.mocov3.actors.session.TrainingPlan;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.data.DataDigest;
import io.mocov3.app.run.RunPaths;
import io.mocov3.app.run.RunSoFar;
import io.mocov3.app.settings.RunRecord;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointReader;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a run goes on as it was: nothing that it has done is lost, and what bends its curves, the
 * length and the data, changes only on purpose. Reads and writes nothing.
 */
public final class Resumption {

  /** What may change when the user says so. */
  public enum Change {
    LENGTH,
    DATA
  }

  /** What the user asked for beside the experiment. */
  public record Request(boolean anew, Set<Change> accepted) {
    static final Request PLAIN = new Request(false, Set.of());
  }

  private final RunPaths paths;
  private final RunSoFar record;
  private final Set<Change> accepted;
  private final List<String> changes = new ArrayList<>();
  private Optional<String> note = Optional.empty();
  private boolean checkpointed;

  private Resumption(RunPaths paths, RunSoFar record, Set<Change> accepted) {
    this.paths = paths;
    this.record = record;
    this.accepted = accepted;
  }

  /**
   * Compares the run with what it is asked to be now.
   *
   * @throws SettingsException in one line: what differs, and how to go on
   */
  static Resumption check(
      RunPaths paths, Settings settings, TrainingPlan plan, DataDigest data, Request request) {
    ResumeCheck.run(paths.configFile(), settings.rendered());
    Resumption resumption = new Resumption(paths, RunSoFar.of(paths), request.accepted());
    Optional<Checkpoint> newest = resumption.checkpoint();
    resumption.checkpointed =
        newest.isPresent()
            || (resumption.record.checkpointed() && Files.exists(paths.provenance()));
    if (newest.isPresent() || resumption.record.steps() > 0) {
      resumption.data(data);
      resumption.length(plan, newest.map(Checkpoint::step).orElse(0L));
    }
    return resumption;
  }

  /** The changes that were accepted, this time's last, each in one line. */
  List<String> allChanges() {
    List<String> all = new ArrayList<>(record.changes());
    all.addAll(changes);
    return all;
  }

  /** What a person should know before the first step. */
  List<String> lines() {
    List<String> lines = new ArrayList<>(changes);
    note.ifPresent(lines::add);
    return lines;
  }

  /** Whether the run ever had a checkpoint. */
  boolean isCheckpointed() {
    return checkpointed;
  }

  private Optional<Checkpoint> checkpoint() {
    CheckpointReader reader = new CheckpointReader(paths.checkpoints());
    List<String> damaged = new ArrayList<>();
    Optional<Checkpoint> newest = reader.newestValid(damaged::add);
    if (newest.isPresent() || record.steps() == 0) {
      return newest;
    }
    if (record.checkpointed() || !damaged.isEmpty()) {
      throw new SettingsException(
          "%s has the history of %d steps, but %s holds no valid checkpoint to go on from (%s); bring the checkpoints back, or begin again at step 0 with --start-anew, which keeps the old files in %s"
              .formatted(
                  paths.metrics(),
                  record.steps(),
                  paths.checkpoints(),
                  damaged.isEmpty() ? "is it mounted?" : damaged.getFirst(),
                  paths.aside()));
    }
    note =
        Optional.of(
            "no checkpoint was written yet: the %d steps so far are computed again"
                .formatted(record.steps()));
    return newest;
  }

  private void data(DataDigest now) {
    if (record.samples().filter(before -> !before.equals(now.samples())).isPresent()) {
      String before = images(record.samples().get());
      String after = images(now.samples());
      accept(
          Change.DATA,
          before.equals(after)
              ? "the training images have other names or labels than when this run began"
              : "there are %s for training, not %s as when this run began"
                  .formatted(after, before));
    } else if (!now.contents().isEmpty()
        && record.contents().filter(before -> !before.equals(now.contents())).isPresent()) {
      accept(
          Change.DATA,
          "training images have the same names but other contents than when this run began");
    }
  }

  private static String images(String digest) {
    return digest.replaceFirst(",.*", "");
  }

  private void length(TrainingPlan plan, long done) {
    if (plan.steps() < done) {
      throw new SettingsException(
          "%s has done %d steps, more than the %d of this experiment; set run.steps or run.epochs higher"
              .formatted(paths.path(), done, plan.steps()));
    }
    if (!Files.exists(paths.configFile())) {
      return;
    }
    Config before = RunRecord.parse(paths.path(), RunRecord.WRITE_AGAIN);
    long steps = before.hasPath("mocov3.run.steps") ? before.getLong("mocov3.run.steps") : 0;
    if (steps == 0 && before.hasPath("mocov3.run.epochs")) {
      double epochs = before.getDouble("mocov3.run.epochs");
      steps = Math.max(1, Math.round(epochs * plan.stepsPerEpoch()));
    }
    if (steps > 0 && steps != plan.steps()) {
      accept(
          Change.LENGTH,
          "this run was to have %d steps and now has %d, which bends the rest of both schedules"
              .formatted(steps, plan.steps()));
    }
  }

  private void accept(Change change, String what) {
    String name = change.name().toLowerCase(Locale.ROOT);
    if (!accepted.contains(change)) {
      throw new SettingsException(
          "%s: %s; undo that, or go on all the same with --accept %s"
              .formatted(paths.path(), what, name));
    }
    changes.add("after step %d: %s (accepted)".formatted(record.steps(), what));
  }
}
