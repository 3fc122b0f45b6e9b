package io.mocov3.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
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
  /** Content type of the Prometheus text format. */
  public static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  public static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

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

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbage = new JvmGcMetrics();
  private final Meters meters = new Meters(registry);
  private final Counter steps = meters.counter("mocov3.train.steps", "Optimizer steps.");
  private final Counter images =
      meters.counter("mocov3.train.images", "Images that the steps saw.");
  private final Counter dataWait =
      meters.counter("mocov3.data.wait.seconds", "Time the trainer waited for a batch.");
  private final Counter checkpointFailures =
      meters.counter("mocov3.checkpoint.failures", "Checkpoints that could not be written.");
  private final Counter pruneFailures =
      meters.counter(
          "mocov3.checkpoint.prune.failures", "Checkpoints whose predecessors could not go.");
  private final Map<String, LogMeters> logs = new ConcurrentHashMap<>();
  private final LateGauge dataAvailable =
      meters.gauge("mocov3.data.available", "Whether the training images can be read.");
  private final Timer stepTimer =
      meters.histogram("mocov3.train.step", "Wall time of a step.", STEP_BUCKETS);
  private final Map<Stage, Timer> stages =
      meters.timers("mocov3.train.stage", "Parts of a step.", "stage", Stage.class);
  private final Map<PipelineStage, Timer> pipelineStages =
      meters.timers(
          "mocov3.pipeline.stage", "Parts of making a batch.", "stage", PipelineStage.class);
  private final Map<CheckpointPhase, Timer> checkpoints =
      meters.timers(
          "mocov3.checkpoint", "Parts of writing a checkpoint.", "phase", CheckpointPhase.class);
  private final LateGauge epoch =
      meters.gauge("mocov3.train.epoch", "Position in the run, in fractional epochs.");
  private final LateGauge loss = meters.gauge("mocov3.train.loss", "Loss of the newest step.");
  private final LateGauge learningRate =
      meters.gauge("mocov3.learning.rate", "Learning rate of the newest step.");
  private final LateGauge momentum =
      meters.gauge("mocov3.momentum.coefficient", "Momentum of the key encoder.");
  private final LateGauge staleness =
      meters.gauge("mocov3.key.staleness.steps", "Steps that the keys are behind the queries.");
  private final LateGauge checkpointBytes =
      meters.gauge("mocov3.checkpoint.bytes", "Size of the newest checkpoint.");
  private final LateGauge checkpointSuccess =
      meters.gauge(
          "mocov3.checkpoint.last.success.timestamp.seconds",
          "When the newest checkpoint was complete on disk, since 1970.");
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
  private final Map<Signal, LateGauge> signals = new EnumMap<>(Signal.class);
  private final KnnMeters knn = new KnnMeters(meters);

  /** A scrape: its content type and its text. */
  public record Scrape(String contentType, String body) {}

  /** {@code run} labels {@code mocov3_run_info}; {@code nativeBytes} is asked at every scrape. */
  public PrometheusMetrics(String run, String version, LongSupplier nativeBytes) {
    Gauge.builder("mocov3.native.memory.bytes", nativeBytes::getAsLong)
        .description("Physical memory of the process as native code sees it.")
        .register(registry);
    for (Signal signal : Signal.values()) {
      signals.put(signal, meters.gauge(signal.meter(), signal.help()));
    }
    dataAvailable.set(1);
    meters.gauge("mocov3.build.info", "What runs.", "version", version).set(1);
    meters.gauge("mocov3.run.info", "Which run.", "run", run).set(1);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbage.bindTo(registry);
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
  }

  @Override
  public void stage(Stage stage, Duration duration) {
    stages.get(stage).record(duration);
  }

  @Override
  public void dataWaited(Duration duration) {
    dataWait.increment(duration.toNanos() / 1e9);
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
    checkpoints.get(phase).record(duration);
  }

  @Override
  public void checkpointSucceeded(long bytes) {
    checkpointBytes.set((double) bytes);
    checkpointSuccess.set(Instant.now().toEpochMilli() / 1e3);
  }

  @Override
  public void checkpointFailed() {
    checkpointFailures.increment();
  }

  @Override
  public void checkpointPruneFailed() {
    pruneFailures.increment();
  }

  @Override
  public void logLinesWaiting(String file, long lines) {
    log(file).waiting().set((double) lines);
  }

  @Override
  public void logWriteFailed(String file) {
    log(file).failures().increment();
  }

  @Override
  public void logLinesDropped(String file, long lines) {
    log(file).dropped().increment((double) lines);
  }

  private LogMeters log(String file) {
    return logs.computeIfAbsent(file, name -> LogMeters.of(meters, name));
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

  /** In OpenMetrics when {@code accept} asks for it, in the Prometheus text format otherwise. */
  public Scrape scrape(String accept) {
    String format = accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    return new Scrape(format, new String(scrapeBytes(format), StandardCharsets.UTF_8));
  }

  /** In one of the two formats. */
  public byte[] scrapeBytes(String format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      registry.scrape(out, format);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    garbage.close();
    registry.close();
  }
}
