package io.mocov3.app.run;

import io.mocov3.actors.events.Capsule;
import io.mocov3.actors.events.RunLog;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.evaluation.Health;
import io.mocov3.model.step.GradientNorms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The logs of a run. None of them ever stops a training: what cannot be written waits for room, and
 * what cannot be read is skipped.
 */
public final class RunFiles implements AutoCloseable {
  private final JsonLines metrics;
  private final JsonLines samples;
  private final JsonLines quarantine;
  private final JsonLines gradients;
  private final EventFile events;
  private final List<JsonLines> open = new ArrayList<>();
  private final Backlog capsules;
  private final LogWatch watch;
  private final RunDirectory directory;
  private final RunPaths paths;
  private final Set<String> quarantined = new HashSet<>();

  public RunFiles(RunDirectory directory, LogWatch watch) {
    this.watch = watch;
    this.directory = directory;
    paths = directory.paths();
    metrics = open(paths.metrics());
    samples = open(paths.samples());
    quarantine = open(paths.quarantine());
    gradients = open(paths.gradients());
    events = new EventFile(open(paths.events()));
    capsules = new Backlog("capsules", watch);
    quarantine.forEach(line -> quarantined.add(line.path("id").asText()));
  }

  private JsonLines open(Path file) {
    JsonLines lines = new JsonLines(paths.path(), file, watch);
    open.add(lines);
    return lines;
  }

  public void step(RunLog.Step step) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "step");
    line.put("step", step.step());
    line.put("epoch", step.epoch());
    line.put("loss", step.loss());
    line.put("learning_rate", step.learningRate());
    line.put("momentum", step.momentum());
    line.put("images_per_second", step.imagesPerSecond());
    metrics.append(line);
    catchUp();
  }

  public void knn(long step, KnnAccuracy accuracy) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "knn");
    line.put("step", step);
    line.put("probe", accuracy.probe());
    line.put("source", accuracy.source());
    line.put("k", accuracy.k());
    line.put("temperature", accuracy.temperature());
    line.put("accuracy", accuracy.accuracy());
    metrics.append(line);
  }

  public void gradients(long step, GradientNorms norms) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put("l2", byLayer(norms.layers(), norms.l2()));
    line.put("largest", byLayer(norms.layers(), norms.largest()));
    gradients.append(line);
  }

  static Map<String, Float> byLayer(List<String> layers, List<Double> numbers) {
    Map<String, Float> map = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      map.put(layers.get(i), numbers.get(i).floatValue());
    }
    return map;
  }

  /** Returns the signals by their names. */
  public Map<String, Double> health(long step, Health health) {
    Map<String, Double> signals = new LinkedHashMap<>();
    signals.put("feature_std", health.featureStd());
    signals.put("alignment", health.alignment());
    signals.put("uniformity", health.uniformity());
    signals.put("effective_rank", health.effectiveRank());
    signals.put("positive_similarity", health.positiveSimilarity());
    signals.put("negative_similarity", health.negativeSimilarity());
    signals.put("contrastive_accuracy", health.contrastiveAccuracy());
    signals.put("query_key_drift", health.queryKeyDrift());
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "health");
    line.put("step", step);
    line.putAll(signals);
    metrics.append(line);
    return signals;
  }

  /** Returns the event with the fields of its line. */
  public Map<String, Object> event(StabilityEvent event) {
    return events.append(event);
  }

  /** Returns where it is, or will be once there is room. */
  public synchronized Path capsule(Capsule capsule) {
    Path file = CapsuleFile.in(paths.capsules(), capsule);
    byte[] text = CapsuleFile.text(capsule);
    capsules.put(text.length, () -> CapsuleFile.write(paths.path(), file, text));
    return file;
  }

  /** The lines of the steps that are undone move aside. */
  public synchronized void rolledBack(StabilityEvent.RolledBack event) {
    Path aside = paths.undone(event.adjustments().rollbacks());
    long step = event.to() == 0 ? -1 : event.to();
    metrics.moveAfter(step, open(aside.resolve("metrics.jsonl")));
    gradients.moveAfter(step, open(aside.resolve("gradients.jsonl")));
    samples.moveAfter(step, open(aside.resolve("samples.jsonl")));
    events.append(event);
  }

  private synchronized void catchUp() {
    open.forEach(JsonLines::catchUp);
    capsules.catchUp();
  }

  /** A checkpoint is on the disk. */
  public void checkpointed() {
    Provenance.checkpointed(directory, watch);
  }

  public void samples(long step, List<String> ids) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put("ids", ids);
    samples.append(line);
  }

  /** Each id once, also across restarts. */
  public void quarantined(Undecodable sample) {
    synchronized (quarantined) {
      if (!quarantined.add(sample.id())) {
        return;
      }
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("id", sample.id());
    line.put("reason", sample.reason().label());
    line.put("detail", sample.detail());
    quarantine.append(line);
  }

  /** Training goes on after {@code step}: what was written of later steps goes. */
  public void resumeAfter(long step) {
    metrics.truncateAfter(step);
    samples.truncateAfter(step);
    gradients.truncateAfter(step);
    events.truncateAfter(step);
  }

  @Override
  public synchronized void close() {
    open.forEach(JsonLines::close);
    capsules.finish();
  }
}
