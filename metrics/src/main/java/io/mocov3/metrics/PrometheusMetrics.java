package io.mocov3.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
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
  private final Map<String, Value> values = new ConcurrentHashMap<>();
  private final Map<Stage, Timer> stages = new EnumMap<>(Stage.class);
  private final Map<PipelineStage, Timer> pipelineStages = new EnumMap<>(PipelineStage.class);
  private final Map<CheckpointPhase, Timer> checkpoints = new EnumMap<>(CheckpointPhase.class);
  private final Counter steps = registry.counter("mocov3.train.steps");
  private final Counter images = registry.counter("mocov3.train.images");
  private final Counter dataWait;
  private final Counter checkpointFailures = registry.counter("mocov3.checkpoint.failures");
  private final Timer stepTimer;
  private final Value epoch = value("mocov3.train.epoch", Tags.empty());
  private final Value loss = value("mocov3.train.loss", Tags.empty());
  private final Value learningRate = value("mocov3.learning.rate", Tags.empty());
  private final Value momentum = value("mocov3.momentum.coefficient", Tags.empty());
  private final Value staleness = value("mocov3.key.staleness.steps", Tags.empty());

  /** A scrape: its content type and its text. */
  public record Scrape(String contentType, String body) {}

  /** A gauge's number, held strongly here because the registry holds it weakly. */
  private static final class Value {
    private volatile double number = Double.NaN;
  }

  /** {@code run} labels {@code mocov3_run_info}; {@code nativeBytes} is asked at every scrape. */
  public PrometheusMetrics(String run, String version, LongSupplier nativeBytes) {
    dataWait = registry.counter("mocov3.data.wait.seconds");
    stepTimer =
        Timer.builder("mocov3.train.step")
            .serviceLevelObjectives(STEP_BUCKETS)
            .register(registry);
    for (Stage stage : Stage.values()) {
      stages.put(stage, registry.timer("mocov3.train.stage", "stage", label(stage)));
    }
    for (PipelineStage stage : PipelineStage.values()) {
      pipelineStages.put(stage, registry.timer("mocov3.pipeline.stage", "stage", label(stage)));
    }
    for (CheckpointPhase phase : CheckpointPhase.values()) {
      checkpoints.put(phase, registry.timer("mocov3.checkpoint", "phase", label(phase)));
    }
    Gauge.builder("mocov3.native.memory.bytes", nativeBytes::getAsLong).register(registry);
    value("mocov3.build.info", Tags.of("version", version)).number = 1;
    value("mocov3.run.info", Tags.of("run", run)).number = 1;
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbage.bindTo(registry);
  }

  @Override
  public void stepCompleted(Step step) {
    steps.increment();
    images.increment(step.images());
    epoch.number = step.epoch();
    loss.number = step.loss();
    learningRate.number = step.learningRate();
    momentum.number = step.momentum();
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
    staleness.number = behind;
  }

  @Override
  public void gradientNorm(String layer, double l2) {
    value("mocov3.gradient.norm", Tags.of("layer", layer)).number = l2;
  }

  @Override
  public void knnAccuracy(KnnAccuracy accuracy) {
    Tags tags =
        Tags.of(
            "probe", accuracy.probe(),
            "k", Integer.toString(accuracy.k()),
            "temperature", Double.toString(accuracy.temperature()),
            "source", accuracy.source());
    value("mocov3.knn.accuracy.ratio", tags).number = accuracy.accuracy();
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
    value("mocov3.pipeline.queue.depth", Tags.of("stage", label(stage))).number = depth;
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
    value("mocov3.checkpoint.bytes", Tags.empty()).number = bytes;
    value("mocov3.checkpoint.last.success.timestamp.seconds", Tags.empty()).number =
        Instant.now().toEpochMilli() / 1e3;
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

  private Value value(String name, Tags tags) {
    return values.computeIfAbsent(
        name + tags,
        key -> {
          Value value = new Value();
          Gauge.builder(name, value, current -> current.number).tags(tags).register(registry);
          return value;
        });
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
