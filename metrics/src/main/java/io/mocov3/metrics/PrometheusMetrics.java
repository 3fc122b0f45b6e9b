package io.mocov3.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbage = new JvmGcMetrics();
  private final Counter steps = registry.counter("mocov3.train.steps");
  private final Counter images = registry.counter("mocov3.train.images");
  private final Counter dataWait = registry.counter("mocov3.data.wait.seconds");
  private final Counter checkpointFailures = registry.counter("mocov3.checkpoint.failures");
  private final Timer stepTimer =
      Timer.builder("mocov3.train.step").serviceLevelObjectives(STEP_BUCKETS).register(registry);
  private final Map<Stage, Timer> stages = timers("mocov3.train.stage", "stage", Stage.class);
  private final Map<PipelineStage, Timer> pipelineStages =
      timers("mocov3.pipeline.stage", "stage", PipelineStage.class);
  private final Map<CheckpointPhase, Timer> checkpoints =
      timers("mocov3.checkpoint", "phase", CheckpointPhase.class);
  private final LateGauge epoch = gauge("mocov3.train.epoch", Tags.empty());
  private final LateGauge loss = gauge("mocov3.train.loss", Tags.empty());
  private final LateGauge learningRate = gauge("mocov3.learning.rate", Tags.empty());
  private final LateGauge momentum = gauge("mocov3.momentum.coefficient", Tags.empty());
  private final LateGauge staleness = gauge("mocov3.key.staleness.steps", Tags.empty());
  private final LateGauge checkpointBytes = gauge("mocov3.checkpoint.bytes", Tags.empty());
  private final LateGauge checkpointSuccess =
      gauge("mocov3.checkpoint.last.success.timestamp.seconds", Tags.empty());
  private final Map<PipelineStage, LateGauge> queueDepths = new EnumMap<>(PipelineStage.class);
  private final Map<String, LateGauge> gradientNorms = new ConcurrentHashMap<>();
  private final Map<Tags, LateGauge> knnAccuracies = new ConcurrentHashMap<>();

  /** A scrape: its content type and its text. */
  public record Scrape(String contentType, String body) {}

  /** {@code run} labels {@code mocov3_run_info}; {@code nativeBytes} is asked at every scrape. */
  public PrometheusMetrics(String run, String version, LongSupplier nativeBytes) {
    for (PipelineStage stage : PipelineStage.values()) {
      queueDepths.put(stage, gauge("mocov3.pipeline.queue.depth", Tags.of("stage", label(stage))));
    }
    Gauge.builder("mocov3.native.memory.bytes", nativeBytes::getAsLong).register(registry);
    gauge("mocov3.build.info", Tags.of("version", version)).set(1);
    gauge("mocov3.run.info", Tags.of("run", run)).set(1);
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
  public void gradientNorm(String layer, double l2) {
    LateGauge known = gradientNorms.get(layer);
    (known == null ? gradientNorm(layer) : known).set(l2);
  }

  @Override
  public void knnAccuracy(KnnAccuracy accuracy) {
    Tags tags =
        Tags.of(
            "probe", accuracy.probe(),
            "k", Integer.toString(accuracy.k()),
            "temperature", Double.toString(accuracy.temperature()),
            "source", accuracy.source());
    knnAccuracies
        .computeIfAbsent(tags, key -> gauge("mocov3.knn.accuracy.ratio", key))
        .set(accuracy.accuracy());
  }

  @Override
  public void evaluationCompleted(String probe, Duration duration) {
    registry.timer("mocov3.evaluation", "probe", probe).record(duration);
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
    registry.counter("mocov3.images.undecodable", "reason", reason).increment();
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
  public void actorFailed(String actor) {
    registry.counter("mocov3.actor.failures", "actor", actor).increment();
  }

  /** In OpenMetrics when {@code accept} asks for it, in the Prometheus text format otherwise. */
  public Scrape scrape(String accept) {
    String type =
        accept.contains("application/openmetrics-text")
            ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
            : "text/plain; version=0.0.4; charset=utf-8";
    return new Scrape(type, registry.scrape(type));
  }

  @Override
  public void close() {
    garbage.close();
    registry.close();
  }

  private LateGauge gradientNorm(String layer) {
    return gradientNorms.computeIfAbsent(
        layer, name -> gauge("mocov3.gradient.norm", Tags.of("layer", name)));
  }

  private LateGauge gauge(String name, Tags tags) {
    return new LateGauge(registry, name, tags);
  }

  private <E extends Enum<E>> Map<E, Timer> timers(String name, String label, Class<E> type) {
    Map<E, Timer> timers = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      timers.put(constant, registry.timer(name, label, label(constant)));
    }
    return timers;
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
