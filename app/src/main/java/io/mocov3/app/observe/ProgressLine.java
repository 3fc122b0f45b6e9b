package io.mocov3.app.observe;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.actors.evaluation.LiveProbe;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Lifecycle;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.app.log.RunLog;
import io.mocov3.app.output.Rate;
import io.mocov3.app.run.CapsuleFile;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.metrics.TrainingMetrics.LifecycleState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * How far training is: often on a terminal, where the line is overwritten, now and then elsewhere.
 */
public final class ProgressLine implements EventSink {
  private static final Duration TERMINAL = Duration.ofMillis(250);
  private static final Duration PLAIN = Duration.ofSeconds(10);
  private static final double SMOOTHING = 0.05;

  private final Path capsules;
  private final RunLog log;
  private final Duration interval;
  private long steps;
  private long firstStep;
  private long started;
  private long shown;
  private double imagesPerSecond;

  public ProgressLine(RunLog log, boolean terminal, Path capsules) {
    this.capsules = capsules;
    this.log = log;
    interval = terminal ? TERMINAL : PLAIN;
  }

  @Override
  public void on(TrainingEvent event) {
    switch (event) {
      case Progress.Started started -> started(started.step(), started.steps());
      case Progress.StepCompleted step -> step(step);
      case Progress.KnnMeasured knn -> knn(knn);
      case Progress.LinearMeasured linear ->
          line(
              "  linear probe%s at step %d: %s"
                  .formatted(
                      of(linear.accuracy().probe()), linear.step(), linear.accuracy().line()));
      case Progress.CapsuleFilled filled ->
          line("  capsule " + CapsuleFile.in(capsules, filled.capsule()));
      case StabilityEvent stability -> line("! " + stability.line());
      case SideWork work -> work(work);
      default -> {}
    }
  }

  private void work(SideWork event) {
    switch (event) {
      case SideWork.CheckpointWritten written -> line("  checkpoint " + written.path());
      case SideWork.Initialised initialised -> line(initialised.line());
      case SideWork.CheckpointFailed failed -> warn(failed.line());
      case SideWork.PruningFailed failed -> warn(failed.line());
      case SideWork.ProbeFailed failed ->
          warn("no kNN probe of step %d: %s".formatted(failed.step(), failed.line()));
      case SideWork.DataLost lost -> warn(lost.line());
      case SideWork.DataFound found -> warn(found.line());
      case SideWork.Warned warned -> warn(warned.line());
      case SideWork.LifecycleChanged changed -> lifecycle(changed.lifecycle());
      case SideWork.ActorFailed failed -> {} // what is done about it is told, too
      case SideWork.ProbeCompleted completed -> {}
      case SideWork.SampleUndecodable undecodable -> {}
    }
  }

  private void lifecycle(Lifecycle lifecycle) {
    if (lifecycle.state() == LifecycleState.PAUSED) {
      line("  " + lifecycle.line() + "; mocov3 ctl resume goes on");
    }
  }

  public void warn(String line) {
    log.warn(line);
  }

  private void knn(Progress.KnnMeasured measured) {
    for (KnnAccuracy accuracy : measured.accuracies()) {
      if (!accuracy.source().equals(LiveProbe.SOURCE)) {
        line(
            "  kNN%s at step %d: %s"
                .formatted(of(accuracy.probe()), measured.step(), accuracy.line()));
      }
    }
  }

  private static String of(String probe) {
    return probe.equals(LabelledSets.DEFAULT) ? "" : " of " + probe;
  }

  private synchronized void started(long step, long total) {
    steps = total;
    firstStep = step;
    started = System.nanoTime();
    log.at(step);
    line(
        step == 0
            ? "training %d steps".formatted(total)
            : "resuming after step %d of %d".formatted(step, total));
  }

  private synchronized void step(Progress.StepCompleted step) {
    imagesPerSecond =
        imagesPerSecond == 0
            ? step.imagesPerSecond()
            : imagesPerSecond + SMOOTHING * (step.imagesPerSecond() - imagesPerSecond);
    log.at(step.step());
    long now = System.nanoTime();
    if (now - shown < interval.toNanos() && step.step() < steps) {
      return;
    }
    shown = now;
    log.progress(text(step, now));
  }

  public void line(String text) {
    log.line(text);
  }

  private String text(Progress.StepCompleted step, long now) {
    double perStep = (now - started) / 1e9 / Math.max(1, step.step() - firstStep);
    long left = Math.round(perStep * (steps - step.step()));
    return String.format(
        Locale.ROOT,
        "step %d/%d  epoch %.2f  loss %.4f  lr %.2e  %s  %s left",
        step.step(),
        steps,
        step.epoch(),
        step.loss(),
        step.rates().learningRate(),
        Rate.text(imagesPerSecond),
        duration(left));
  }

  private static String duration(long seconds) {
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 5400
        ? "%d min %02d s".formatted(seconds / 60, seconds % 60)
        : "%d h %02d min".formatted(seconds / 3600, seconds % 3600 / 60);
  }
}
