package io.mocov3.app.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.actors.evaluation.KnnProbe;
import io.mocov3.actors.events.Capsule;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.Timing;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.app.lines.Backlog;
import io.mocov3.app.lines.JsonLines;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.app.lines.Thinning;
import io.mocov3.app.output.RunException;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.metrics.TrainingMetrics.LinearAccuracy;
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
public final class RunFiles implements EventSink, AutoCloseable {
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
  private final Thinning thinning;

  public RunFiles(RunDirectory directory, LogWatch watch) {
    this(directory, watch, Thinning.GRADIENTS);
  }

  RunFiles(RunDirectory directory, LogWatch watch, Thinning thinning) {
    this.watch = watch;
    this.thinning = thinning;
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

  @Override
  public void on(TrainingEvent event) {
    switch (event) {
      case Progress progress -> progress(progress);
      case StabilityEvent.RolledBack back -> rolledBack(back);
      case StabilityEvent stability -> events.append(stability);
      case SideWork work -> work(work);
      case Timing timing -> {}
    }
  }

  private void progress(Progress event) {
    switch (event) {
      case Progress.Started started -> resumeAfter(started.step());
      case Progress.StepCompleted step -> step(step);
      case Progress.SamplesSeen seen -> samples(seen);
      case Progress.GradientsMeasured measured -> gradients(measured);
      case Progress.HealthMeasured measured -> health(measured);
      case Progress.LinearMeasured measured ->
          metrics.append(linear(measured.step(), measured.accuracy()));
      case Progress.KnnMeasured measured ->
          metrics.append(measured.accuracies().stream().map(a -> knn(measured.step(), a)).toList());
      case Progress.CapsuleFilled filled -> capsule(filled.capsule());
      case Progress.LayersCrossed crossed -> {}
    }
  }

  private void work(SideWork event) {
    switch (event) {
      case SideWork.SampleUndecodable undecodable -> quarantined(undecodable.sample());
      case SideWork.CheckpointWritten written -> Provenance.checkpointed(directory, watch);
      default -> {}
    }
  }

  private void step(Progress.StepCompleted step) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "step");
    line.put("step", step.step());
    line.put("epoch", step.epoch());
    line.put("loss", step.loss());
    line.put("learning_rate", step.rates().learningRate());
    line.put("momentum", step.rates().momentum());
    line.put("images_per_second", step.imagesPerSecond());
    metrics.append(line);
    catchUp();
  }

  private static Map<String, Object> knn(long step, KnnAccuracy accuracy) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "knn");
    line.put("step", step);
    line.put("probe", accuracy.probe());
    line.put("source", accuracy.source());
    line.put("k", accuracy.k());
    line.put("temperature", accuracy.temperature());
    line.put("accuracy", accuracy.accuracy());
    return line;
  }

  private static Map<String, Object> linear(long step, LinearAccuracy accuracy) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "linear");
    line.put("step", step);
    line.put("probe", accuracy.probe());
    line.put("features", accuracy.features());
    line.put("learning_rate", accuracy.learningRate());
    line.put("accuracy", accuracy.accuracy());
    return line;
  }

  /**
   * Whether the accuracies of the full probe of that step are on the disk, of all those sets. What
   * is there of some of them goes, for the whole probe is repeated.
   */
  public boolean settleProbe(long step, Set<String> sets) {
    Set<String> found = new HashSet<>();
    metrics.forEach(
        line -> {
          if (line.path("step").asLong() == step && isFullProbe(line)) {
            found.add(line.path("probe").asText());
          }
        });
    boolean all = found.containsAll(sets);
    if (!all && !found.isEmpty()) {
      metrics.keep(line -> line.path("step").asLong() != step || !isFullProbe(line));
    }
    return all;
  }

  private static boolean isFullProbe(JsonNode line) {
    String type = line.path("type").asText();
    return type.equals("linear")
        || (type.equals("knn") && line.path("source").asText().equals(KnnProbe.SOURCE));
  }

  private void gradients(Progress.GradientsMeasured measured) {
    GradientNorms norms = measured.norms();
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", measured.step());
    line.put("l2", byLayer(norms.layers(), norms.l2()));
    line.put("largest", byLayer(norms.layers(), norms.largest()));
    gradients.append(line);
    if (thinning.isDue(measured.step())) {
      gradients.thin(thinning, measured.step());
    }
  }

  static Map<String, Float> byLayer(List<String> layers, List<Double> numbers) {
    Map<String, Float> map = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      map.put(layers.get(i), numbers.get(i).floatValue());
    }
    return map;
  }

  private void health(Progress.HealthMeasured measured) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "health");
    line.put("step", measured.step());
    measured.signals().forEach((signal, value) -> line.put(signal.key(), value));
    metrics.append(line);
  }

  private synchronized void capsule(Capsule capsule) {
    Path file = CapsuleFile.in(paths.capsules(), capsule);
    byte[] text = CapsuleFile.text(capsule);
    capsules.put(text.length, () -> CapsuleFile.write(paths.path(), file, text));
  }

  /** The lines of the steps that are undone move aside. */
  private synchronized void rolledBack(StabilityEvent.RolledBack event) {
    int rollbacks = event.adjustments().rollbacks();
    Path aside = paths.undone(rollbacks);
    moveAside(metrics, event.to(), aside.resolve("metrics.jsonl"));
    moveAside(gradients, event.to(), aside.resolve("gradients.jsonl"));
    moveAside(samples, event.to(), aside.resolve("samples.jsonl"));
    events.append(event);
    UndoneFolders.prune(paths, rollbacks, watch);
  }

  private void moveAside(JsonLines lines, long step, Path aside) {
    try {
      lines.moveAfter(step, open(aside));
    } catch (RunException e) {
      watch.warn().accept(e.getMessage() + "; the lines of the steps that are undone are lost");
    }
  }

  private synchronized void catchUp() {
    open.forEach(JsonLines::catchUp);
    capsules.catchUp();
  }

  private void samples(Progress.SamplesSeen seen) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", seen.step());
    line.put("ids", seen.ids());
    samples.append(line);
  }

  /** Each id once, also across restarts. */
  private void quarantined(Undecodable sample) {
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
  private void resumeAfter(long step) {
    metrics.truncateAfter(step);
    samples.cutAfter(step);
    gradients.cutAfter(step);
    events.truncateAfter(step);
  }

  @Override
  public synchronized void close() {
    open.forEach(JsonLines::close);
    capsules.finish();
  }
}
