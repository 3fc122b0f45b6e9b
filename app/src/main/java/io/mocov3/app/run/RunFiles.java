package io.mocov3.app.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.actors.Capsule;
import io.mocov3.actors.RunLog;
import io.mocov3.actors.StabilityEvent;
import io.mocov3.augment.Decoded.Undecodable;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.GradientNorms;
import io.mocov3.model.Health;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code metrics.jsonl}, {@code samples.jsonl} and {@code quarantine.jsonl} of a run. */
public final class RunFiles implements AutoCloseable {
  private final JsonLines metrics;
  private final JsonLines samples;
  private final JsonLines quarantine;
  private final JsonLines gradients;
  private final EventFile events;
  private final RunDirectory directory;
  private final Set<String> quarantined;

  public RunFiles(RunDirectory directory) {
    metrics = new JsonLines(directory.paths().metrics());
    samples = new JsonLines(directory.paths().samples());
    quarantine = new JsonLines(directory.paths().quarantine());
    gradients = new JsonLines(directory.paths().gradients());
    events = new EventFile(directory.paths().events());
    this.directory = directory;
    quarantined = known(directory);
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

  public Path capsule(Capsule capsule) {
    return CapsuleFile.write(directory.paths().capsules(), capsule);
  }

  /** The lines of the steps that are undone move aside. */
  public void rolledBack(StabilityEvent.RolledBack event) {
    Path aside = directory.paths().undone(event.adjustments().rollbacks());
    long step = event.to() == 0 ? -1 : event.to();
    try {
      Files.createDirectories(aside);
    } catch (IOException e) {
      throw new RunException(aside + " cannot be made: " + e.getMessage(), e);
    }
    metrics.moveAfter(step, aside.resolve("metrics.jsonl"));
    gradients.moveAfter(step, aside.resolve("gradients.jsonl"));
    samples.moveAfter(step, aside.resolve("samples.jsonl"));
    events.append(event);
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

  private static Set<String> known(RunDirectory directory) {
    Set<String> ids = new HashSet<>();
    if (!Files.exists(directory.paths().quarantine())) {
      return ids;
    }
    ObjectMapper mapper = new ObjectMapper();
    try {
      for (String line : Files.readAllLines(directory.paths().quarantine())) {
        ids.add(mapper.readTree(line).path("id").asText());
      }
    } catch (IOException e) {
      throw new RunException(
          directory.paths().quarantine() + " cannot be read: " + e.getMessage(), e);
    }
    return ids;
  }

  @Override
  public void close() {
    metrics.close();
    samples.close();
    quarantine.close();
    gradients.close();
    events.close();
  }
}
