package io.mocov3.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.mocov3.metrics.TrainingMetrics.Stage;
import io.mocov3.metrics.TrainingMetrics.Step;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How far and how fast training is, and how much of it a failure would cost. */
final class StepMeters {
  private static final Duration[] STEP_BUCKETS = {
    Duration.ofMillis(10),
    Duration.ofMillis(30),
    Duration.ofMillis(100),
    Duration.ofMillis(200),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(2),
    Duration.ofSeconds(5),
    Duration.ofSeconds(20)
  };

  private final Counter steps;
  private final Counter images;
  private final Counter dataWait;
  private final Timer stepTimer;
  private final Map<Stage, Timer> stages;
  private final LateGauge epoch;
  private final LateGauge loss;
  private final LateGauge learningRate;
  private final LateGauge momentum;
  private final LateGauge staleness;
  private final LateGauge mfu;
  private volatile double shareOfAnImagePerSecond;
  private final Goodput goodput;
  private final WorkAtRisk atRisk;

  StepMeters(Meters meters) {
    steps = meters.counter("mocov3.train.steps", "Optimizer steps.");
    images = meters.counter("mocov3.train.images", "Images that the steps saw.");
    dataWait = meters.counter("mocov3.data.wait.seconds", "Time the trainer waited for a batch.");
    stepTimer = meters.histogram("mocov3.train.step", "Wall time of a step.", STEP_BUCKETS);
    stages = meters.timers("mocov3.train.stage", "Parts of a step.", "stage", Stage.class);
    epoch = meters.gauge("mocov3.train.epoch", "Position in the run, in fractional epochs.");
    loss = meters.gauge("mocov3.train.loss", "Loss of the newest step.");
    learningRate = meters.gauge("mocov3.learning.rate", "Learning rate of the newest step.");
    momentum = meters.gauge("mocov3.momentum.coefficient", "Momentum of the key encoder.");
    staleness =
        meters.gauge("mocov3.key.staleness.steps", "Steps that the keys are behind the queries.");
    mfu =
        meters.gauge(
            "mocov3.mfu.ratio", "Arithmetic of the newest step as a share of the device's peak.");
    goodput = new Goodput(meters);
    atRisk = new WorkAtRisk(meters);
  }

  void started() {
    atRisk.started();
  }

  void arithmetic(double flopPerImage, double peak) {
    shareOfAnImagePerSecond = flopPerImage / peak;
  }

  void completed(Step step) {
    steps.increment();
    images.increment(step.images());
    epoch.set(step.epoch());
    loss.set(step.loss());
    learningRate.set(step.learningRate());
    momentum.set(step.momentum());
    stepTimer.record(step.duration());
    if (shareOfAnImagePerSecond > 0) {
      mfu.set(shareOfAnImagePerSecond * step.images() / (step.duration().toNanos() / 1e9));
    }
    goodput.stepCompleted(step.step(), step.duration());
    atRisk.spent(step.duration());
  }

  void stage(Stage stage, Duration duration) {
    stages.get(stage).record(duration);
  }

  void dataWaited(Duration duration) {
    dataWait.increment(duration.toNanos() / 1e9);
    atRisk.spent(duration);
  }

  void keyStaleness(long behind) {
    staleness.set((double) behind);
  }

  /** A checkpoint is on its way. */
  void staged() {
    atRisk.staged();
  }

  /** A checkpoint is on the disk. */
  void saved() {
    atRisk.saved();
  }

  /** Mean seconds of the parts of a step. */
  Map<String, Double> stageSeconds() {
    Map<String, Double> means = new LinkedHashMap<>();
    stages.forEach(
        (stage, timer) ->
            means.put(stage.name().toLowerCase(Locale.ROOT), timer.mean(TimeUnit.SECONDS)));
    return means;
  }
}
