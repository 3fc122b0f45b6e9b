package io.mocov3.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The port on Micrometer's Prometheus registry; names and units are those of docs/metrics.md. */
public final class PrometheusMetrics implements TrainingMetrics, AutoCloseable {
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

  private final Exposition exposition = new Exposition();
  private final Meters meters = exposition.meters();
  private final StorageMeters storage = new StorageMeters(meters);
  private final Counter steps = meters.counter("mocov3.train.steps", "Optimizer steps.");
  private final Counter images =
      meters.counter("mocov3.train.images", "Images that the steps saw.");
  private final Counter dataWait =
      meters.counter("mocov3.data.wait.seconds", "Time the trainer waited for a batch.");
  private final LateGauge dataAvailable =
      meters.gauge("mocov3.data.available", "Whether the training images can be read.");
  private final Timer stepTimer =
      meters.histogram("mocov3.train.step", "Wall time of a step.", STEP_BUCKETS);
  private final Map<Stage, Timer> stages =
      meters.timers("mocov3.train.stage", "Parts of a step.", "stage", Stage.class);
  private final Map<PipelineStage, Timer> pipelineStages =
      meters.timers(
          "mocov3.pipeline.stage", "Parts of making a batch.", "stage", PipelineStage.class);
  private final LateGauge epoch =
      meters.gauge("mocov3.train.epoch", "Position in the run, in fractional epochs.");
  private final LateGauge loss = meters.gauge("mocov3.train.loss", "Loss of the newest step.");
  private final LateGauge learningRate =
      meters.gauge("mocov3.learning.rate", "Learning rate of the newest step.");
  private final LateGauge momentum =
      meters.gauge("mocov3.momentum.coefficient", "Momentum of the key encoder.");
  private final LateGauge staleness =
      meters.gauge("mocov3.key.staleness.steps", "Steps that the keys are behind the queries.");
  private final Map<PipelineStage, LateGauge> queueDepths =
      meters.gauges(
          "mocov3.pipeline.queue.depth", "Batch buffers in use.", "stage", PipelineStage.class);
  private final Map<String, LayerMeters> layers = new ConcurrentHashMap<>();
  private final Map<IncidentKind, Counter> skipped =
      meters.counters(
          "mocov3.updates.skipped",
          "Updates that were not applied.",
          "reason",
          List.of(IncidentKind.NON_FINITE, IncidentKind.SPIKE));
  private final Map<IncidentKind, Counter> rollbacks =
      meters.counters(
          "mocov3.rollbacks",
          "Returns to an earlier checkpoint.",
          "reason",
          List.of(IncidentKind.values()));
  private final Counter dips =
      meters.counter("mocov3.dips", "Falls of a kNN curve or a signal of health.");
  private final LateGauge queueAge =
      meters.gauge("mocov3.knn.queue.age.steps", "Age of the oldest feature of the live kNN.");
  private final Map<LifecycleState, LateGauge> lifecycle =
      meters.gauges(
          "mocov3.lifecycle.state",
          "1 for where the training is in its life, 0 for the rest.",
          "state",
          LifecycleState.class);
  private final Goodput goodput = new Goodput(meters);
  private final WorkAtRisk atRisk = new WorkAtRisk(meters);
  private final Map<Signal, LateGauge> signals = new EnumMap<>(Signal.class);
  private final KnnMeters knn = new KnnMeters(meters);

  /** {@code run} labels {@code mocov3_run_info}; {@code nativeBytes} is asked at every scrape. */
  public PrometheusMetrics(String run, String version, LongSupplier nativeBytes) {
    exposition.process(nativeBytes);
    for (Signal signal : Signal.values()) {
      signals.put(signal, meters.gauge(signal.meter(), signal.help()));
    }
    dataAvailable.set(1);
    meters.gauge("mocov3.build.info", "What runs.", "version", version).set(1);
    meters.gauge("mocov3.run.info", "Which run.", "run", run).set(1);
  }

  @Override
  public void started() {
    atRisk.started();
  }

  @Override
  public void stepCompleted(Step step) {
    steps.increment();
    images.increment(step.images());
    epoch.set(step.epoch());
    loss.set(step.loss());
    learningRate.set(step.learningRate());
    momentum.set(step.momentum());
    stepTimer.record(step.duration());
    goodput.stepCompleted(step.step(), step.duration());
    atRisk.spent(step.duration());
  }

  @Override
  public void stage(Stage stage, Duration duration) {
    stages.get(stage).record(duration);
  }

  @Override
  public void dataWaited(Duration duration) {
    dataWait.increment(duration.toNanos() / 1e9);
    atRisk.spent(duration);
  }

  @Override
  public void keyStaleness(long behind) {
    staleness.set((double) behind);
  }

  @Override
  public void gradient(String layer, double l2, double largest) {
    LayerMeters meter = layer(layer);
    meter.norm().set(l2);
    meter.largest().set(largest);
  }

  private LayerMeters layer(String layer) {
    return layers.computeIfAbsent(layer, name -> LayerMeters.of(meters, name));
  }

  @Override
  public void gradientSpike(String layer, long step) {
    LayerMeters meter = layer(layer);
    meter.spikes().increment();
    meter.onset().set((double) step);
  }

  @Override
  public void updateSkipped(IncidentKind reason) {
    skipped.get(reason).increment();
  }

  @Override
  public void rolledBack(IncidentKind reason) {
    rollbacks.get(reason).increment();
  }

  @Override
  public void dip() {
    dips.increment();
  }

  @Override
  public void signal(Signal signal, double value) {
    signals.get(signal).set(value);
  }

  @Override
  public void knnQueueAge(long steps) {
    queueAge.set((double) steps);
  }

  @Override
  public void knnAccuracy(KnnAccuracy accuracy) {
    knn.set(accuracy);
  }

  @Override
  public void evaluationCompleted(String probe, Duration duration) {
    meters
        .timer("mocov3.evaluation", "Time of a probe, off the training path.", "probe", probe)
        .record(duration);
  }

  @Override
  public void pipelineStage(PipelineStage stage, Duration duration) {
    pipelineStages.get(stage).record(duration);
  }

  @Override
  public void pipelineQueueDepth(PipelineStage stage, int depth) {
    queueDepths.get(stage).set(depth);
  }

  @Override
  public void imageUndecodable(String reason) {
    meters
        .counter("mocov3.images.undecodable", "Images that were replaced.", "reason", reason)
        .increment();
  }

  @Override
  public void checkpointPhase(CheckpointPhase phase, Duration duration) {
    storage.phase(phase, duration);
    if (phase == CheckpointPhase.STAGE) {
      atRisk.staged();
    }
  }

  @Override
  public void checkpointSucceeded(long bytes) {
    storage.succeeded(bytes);
    atRisk.saved();
  }

  @Override
  public void checkpointFailed() {
    storage.failed();
  }

  @Override
  public void checkpointPruneFailed() {
    storage.pruneFailed();
  }

  @Override
  public void logLinesWaiting(String file, long lines) {
    storage.log(file).waiting().set((double) lines);
  }

  @Override
  public void logWriteFailed(String file) {
    storage.log(file).failures().increment();
  }

  @Override
  public void logLinesDropped(String file, long lines) {
    storage.log(file).dropped().increment((double) lines);
  }

  @Override
  public void dataAvailable(boolean available) {
    dataAvailable.set(available ? 1 : 0);
  }

  @Override
  public void actorFailed(String actor) {
    meters.counter("mocov3.actor.failures", "Failures of an actor.", "actor", actor).increment();
  }

  @Override
  public void lifecycle(LifecycleState state) {
    lifecycle.forEach((each, gauge) -> gauge.set(each == state ? 1 : 0));
  }

  /** Mean seconds of the parts of a step, and of the parts of a batch behind them. */
  public Map<String, Double> stageSeconds() {
    Map<String, Double> means = new LinkedHashMap<>();
    stages.forEach(
        (stage, timer) ->
            means.put(stage.name().toLowerCase(Locale.ROOT), timer.mean(TimeUnit.SECONDS)));
    pipelineStages.forEach(
        (stage, timer) ->
            means.put(
                "pipeline " + stage.name().toLowerCase(Locale.ROOT), timer.mean(TimeUnit.SECONDS)));
    return means;
  }

  /** What is scraped. */
  public Exposition exposition() {
    return exposition;
  }

  @Override
  public void close() {
    exposition.close();
  }
}
