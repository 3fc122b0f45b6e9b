package io.mocov3.app.page;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.app.lines.LineReader;
import io.mocov3.app.output.RunException;
import io.mocov3.app.run.EventLine;
import io.mocov3.app.run.RunPaths;
import io.mocov3.metrics.Signal;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.metrics.TrainingMetrics.LinearAccuracy;
import io.mocov3.model.step.GradientNorms;
import io.mocov3.model.step.Rates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Everything the page and the report draw of one run, in bounded memory whatever its length. Filled
 * from the files of the run, and then by the run itself. Thread-safe, and whoever reports never
 * waits: what is told while somebody else is inside is put down for the next one to come.
 */
public final class RunHistory implements EventSink {
  private static final int BINS = 800;
  private static final int HEAT_BINS = 400;
  private static final int MOST_EVENTS = 500;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private final Bins loss = new Bins(BINS);
  private final Bins learningRate = new Bins(BINS);
  private final Bins momentum = new Bins(BINS);
  private final Bins imagesPerSecond = new Bins(BINS);
  private final Map<String, Bins> gradients = new LinkedHashMap<>();
  private final KnnCurves knn = new KnnCurves();
  private final LinearCurves linear = new LinearCurves();
  private final Points health = new Points();
  private final List<Map<String, Object>> events = new ArrayList<>();
  private long steps;
  private int rollbacks;
  private final Queue<Runnable> told = new ConcurrentLinkedQueue<>();
  private final ReentrantLock inside = new ReentrantLock();

  /** What the run has written so far. */
  public static RunHistory of(Path run) {
    RunHistory history = new RunHistory();
    RunPaths paths = new RunPaths(run);
    read(paths.metrics(), history::metric);
    read(paths.gradients(), history::gradient);
    read(paths.events(), history::eventLine);
    return history;
  }

  private static void read(Path file, Consumer<JsonNode> each) {
    try {
      LineReader.read(file, line -> line.object().ifPresent(each));
    } catch (IOException e) {
      throw new RunException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private void metric(JsonNode line) {
    long step = line.path("step").asLong();
    switch (line.path("type").asText()) {
      case "step" ->
          step(
              step,
              number(line.path("loss")),
              new Rates(line.path("learning_rate").asDouble(), line.path("momentum").asDouble()),
              line.path("images_per_second").asDouble());
      case "knn" ->
          knn(
              step,
              List.of(
                  new KnnAccuracy(
                      line.path("probe").asText(),
                      line.path("k").asInt(),
                      line.path("temperature").asDouble(),
                      line.path("source").asText(),
                      line.path("accuracy").asDouble())));
      case "linear" ->
          linear(
              step,
              new LinearAccuracy(
                  line.path("probe").asText(),
                  line.path("features").asText(),
                  line.path("learning_rate").asDouble(),
                  line.path("accuracy").asDouble()));
      case "health" -> {
        Map<String, Double> signals = new LinkedHashMap<>();
        for (Signal signal : Signal.values()) {
          signals.put(signal.key(), number(line.path(signal.key())));
        }
        health(step, signals);
      }
      default -> {}
    }
  }

  private void gradient(JsonNode line) {
    Map<String, Double> norms = new LinkedHashMap<>();
    line.path("l2").properties().forEach(e -> norms.put(e.getKey(), number(e.getValue())));
    gradients(line.path("step").asLong(), norms);
  }

  private void eventLine(JsonNode line) {
    Map<String, Object> event = MAPPER.convertValue(line, new TypeReference<>() {});
    tell(() -> add(event));
  }

  /** Numbers that are not finite are written as text. */
  private static double number(JsonNode node) {
    return node.isNumber() ? node.asDouble() : Double.NaN;
  }

  @Override
  public void on(TrainingEvent event) {
    switch (event) {
      case Progress.StepCompleted step ->
          step(step.step(), step.loss(), step.rates(), step.imagesPerSecond());
      case Progress.KnnMeasured knn -> knn(knn.step(), knn.accuracies());
      case Progress.LinearMeasured linear -> linear(linear.step(), linear.accuracy());
      case Progress.GradientsMeasured measured -> {
        GradientNorms norms = measured.norms();
        Map<String, Double> byLayer = new LinkedHashMap<>();
        for (int i = 0; i < norms.layers().size(); i++) {
          byLayer.put(norms.layers().get(i), norms.l2().get(i));
        }
        gradients(measured.step(), byLayer);
      }
      case Progress.HealthMeasured measured -> {
        Map<String, Double> signals = new LinkedHashMap<>();
        measured.signals().forEach((signal, value) -> signals.put(signal.key(), value));
        health(measured.step(), signals);
      }
      case StabilityEvent stability -> tell(() -> add(EventLine.of(stability, rollbacks)));
      default -> {}
    }
  }

  private void step(long step, double value, Rates rates, double speed) {
    tell(
        () -> {
          steps = Math.max(steps, step);
          loss.add(step, value);
          learningRate.add(step, rates.learningRate());
          momentum.add(step, rates.momentum());
          imagesPerSecond.add(step, speed);
        });
  }

  private void knn(long step, List<KnnAccuracy> accuracies) {
    tell(() -> accuracies.forEach(accuracy -> knn.add(step, accuracy)));
  }

  private void linear(long step, LinearAccuracy accuracy) {
    tell(() -> linear.add(step, accuracy));
  }

  /** L2 norms by layer. */
  private void gradients(long step, Map<String, Double> norms) {
    tell(
        () ->
            norms.forEach(
                (layer, norm) ->
                    gradients.computeIfAbsent(layer, key -> new Bins(HEAT_BINS)).add(step, norm)));
  }

  /** Signals by name. */
  private void health(long step, Map<String, Double> signals) {
    tell(() -> health.add(step, signals));
  }

  /** The newest events are kept. */
  private void add(Map<String, Object> event) {
    if ("rolled_back".equals(event.get("type"))) {
      rollbacks++;
    }
    events.add(event);
    if (events.size() > MOST_EVENTS) {
      events.removeFirst();
    }
  }

  private void tell(Runnable change) {
    told.add(change);
    if (inside.tryLock()) {
      try {
        takeIn();
      } finally {
        inside.unlock();
      }
    }
  }

  private void takeIn() {
    for (Runnable change = told.poll(); change != null; change = told.poll()) {
      change.run();
    }
  }

  /** All of it as a tree of maps, lists and numbers. */
  public Map<String, Object> snapshot() {
    inside.lock();
    try {
      takeIn();
      return tree();
    } finally {
      inside.unlock();
    }
  }

  private Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("steps", steps);
    tree.put("loss", series(loss, true));
    tree.put("learning_rate", series(learningRate, false));
    tree.put("momentum", series(momentum, false));
    tree.put("images_per_second", series(imagesPerSecond, false));
    Map<String, Object> heat = new LinkedHashMap<>();
    heat.put("stride", gradients.values().stream().mapToLong(Bins::stride).max().orElse(1));
    Map<String, Object> layers = new LinkedHashMap<>();
    gradients.forEach((layer, bins) -> layers.put(layer, bins.largest()));
    heat.put("layers", layers);
    tree.put("gradients", heat);
    tree.put("knn", knn.trees());
    tree.put("linear", linear.trees());
    tree.put("knn_summary", knn.summary());
    Map<String, Object> signals = new LinkedHashMap<>();
    signals.put("steps", health.steps());
    signals.put("signals", health.values());
    Map<String, String> titles = new LinkedHashMap<>();
    for (Signal signal : Signal.values()) {
      titles.put(signal.key(), signal.title());
    }
    signals.put("titles", titles);
    tree.put("health", signals);
    tree.put("events", List.copyOf(events));
    return tree;
  }

  private static Map<String, Object> series(Bins bins, boolean range) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("stride", bins.stride());
    map.put("mean", bins.mean());
    if (range) {
      map.put("min", bins.smallest());
      map.put("max", bins.largest());
    }
    return map;
  }
}
