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
  private final Exposition exposition = new Exposition();
  private final Meters meters = exposition.meters();
  private final StorageMeters storage = new StorageMeters(meters);
  private final StepMeters steps = new StepMeters(meters);
  private final LateGauge dataAvailable =
      meters.gauge("mocov3.data.available", "Whether the training images can be read.");
  private final Map<PipelineStage, Timer> pipelineStages =
      meters.timers(
          "mocov3.pipeline.stage", "Parts of making a batch.", "stage", PipelineStage.class);
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
  private final Map<Signal, LateGauge> signals = new EnumMap<>(Signal.class);
  private final ProbeMeters probes = new ProbeMeters(meters);

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

  /** How many processes train together. */
  public void ranks(int ranks) {
    exposition.ranks(ranks);
  }

  /** Adds a GPU's memory; each kind is asked for at every scrape. */
  public void deviceMemory(Map<String, LongSupplier> kinds) {
    exposition.deviceMemory(kinds);
  }

  /** From now on steps are compared with what the device can do, in operations a second. */
  public void arithmetic(double flopPerImage, double peak) {
    steps.arithmetic(flopPerImage, peak);
  }

  @Override
  public void started() {
    steps.started();
  }

  @Override
  public void stepCompleted(Step step) {
    steps.completed(step);
  }

  @Override
  public void stage(Stage stage, Duration duration) {
    steps.stage(stage, duration);
  }

  @Override
  public void dataWaited(Duration duration) {
    steps.dataWaited(duration);
  }

  @Override
  public void keyStaleness(long behind) {
    steps.keyStaleness(behind);
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
  public void linearAccuracy(LinearAccuracy accuracy) {
    probes.set(accuracy);
  }

  @Override
  public void knnAccuracy(KnnAccuracy accuracy) {
    probes.set(accuracy);
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
      steps.staged();
    }
  }

  @Override
  public void checkpointSucceeded(long bytes) {
    storage.succeeded(bytes);
    steps.saved();
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
    Map<String, Double> means = new LinkedHashMap<>(steps.stageSeconds());
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
