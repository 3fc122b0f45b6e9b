package io.mocov3.app.daemon;

import io.mocov3.actors.evaluation.LiveProbe;
import io.mocov3.actors.events.Capsule;
import io.mocov3.actors.events.RunLog;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.app.page.RunHistory;
import io.mocov3.app.run.RunException;
import io.mocov3.app.run.RunFiles;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.evaluation.Health;
import io.mocov3.model.step.GradientNorms;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Passes what training reports to the run's files, to the progress line and to the status. */
final class RunReporter implements RunLog {
  private final Path run;
  private final RunFiles files;
  private final ProgressLine progress;
  private volatile RunHistory history = new RunHistory();
  private final AtomicReference<Optional<Step>> lastStep = new AtomicReference<>(Optional.empty());

  RunReporter(Path run, RunFiles files, ProgressLine progress) {
    this.run = run;
    this.files = files;
    this.progress = progress;
  }

  RunHistory history() {
    return history;
  }

  Optional<Step> lastStep() {
    return lastStep.get();
  }

  /** Steps after {@code step} will be computed again, so what was written of them goes. */
  @Override
  public void started(long step, long steps) {
    files.resumeAfter(step == 0 ? -1 : step);
    history = readHistory();
    progress.started(step, steps);
  }

  /** Only the page and the report need it; a training goes on without. */
  private RunHistory readHistory() {
    try {
      return RunHistory.of(run);
    } catch (RunException e) {
      warning(e.getMessage());
      return new RunHistory();
    }
  }

  @Override
  public void step(Step step) {
    lastStep.set(Optional.of(step));
    files.step(step);
    history.step(step);
    progress.step(step);
  }

  @Override
  public void samples(long step, List<String> ids) {
    files.samples(step, ids);
  }

  @Override
  public void knn(long step, KnnAccuracy accuracy) {
    files.knn(step, accuracy);
    history.knn(step, accuracy);
    if (accuracy.source().equals(LiveProbe.SOURCE)) {
      return;
    }
    progress.line(
        String.format(
            Locale.ROOT,
            "  kNN at step %d: %.2f %% (k = %d, T = %s)",
            step,
            100 * accuracy.accuracy(),
            accuracy.k(),
            accuracy.temperature()));
  }

  @Override
  public void gradients(long step, GradientNorms gradients) {
    files.gradients(step, gradients);
    history.gradients(step, gradients);
  }

  @Override
  public void health(long step, Health health) {
    history.health(step, files.health(step, health));
  }

  @Override
  public void event(StabilityEvent event) {
    history.event(files.event(event));
    progress.line("! " + event.line());
  }

  @Override
  public void capsule(Capsule capsule) {
    progress.line("  capsule " + files.capsule(capsule));
  }

  @Override
  public void rolledBack(StabilityEvent.RolledBack event) {
    files.rolledBack(event);
    progress.line("! " + event.line());
  }

  @Override
  public void quarantined(Undecodable sample) {
    files.quarantined(sample);
  }

  @Override
  public void checkpointed(long step, Path path) {
    files.checkpointed();
    progress.line("  checkpoint " + path);
  }

  @Override
  public void initialised(String line) {
    progress.line(line);
  }

  @Override
  public void warning(String line) {
    progress.line("warning: " + line);
  }
}
