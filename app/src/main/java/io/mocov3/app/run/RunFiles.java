package io.mocov3.app.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.actors.RunLog;
import io.mocov3.augment.Decoded.Undecodable;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import java.io.IOException;
import java.nio.file.Files;
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
  private final Set<String> quarantined;

  public RunFiles(RunDirectory directory) {
    metrics = new JsonLines(directory.metrics());
    samples = new JsonLines(directory.samples());
    quarantine = new JsonLines(directory.quarantine());
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
  }

  private static Set<String> known(RunDirectory directory) {
    Set<String> ids = new HashSet<>();
    if (!Files.exists(directory.quarantine())) {
      return ids;
    }
    ObjectMapper mapper = new ObjectMapper();
    try {
      for (String line : Files.readAllLines(directory.quarantine())) {
        ids.add(mapper.readTree(line).path("id").asText());
      }
    } catch (IOException e) {
      throw new RunException(directory.quarantine() + " cannot be read: " + e.getMessage(), e);
    }
    return ids;
  }

  @Override
  public void close() {
    metrics.close();
    samples.close();
    quarantine.close();
  }
}
