package io.mocov3.app.observe;

import io.mocov3.actors.evaluation.LiveProbe;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.app.http.EventLog;
import io.mocov3.app.run.EventLine;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What happens, for whoever listens at {@code /api/v1/events}; of the steps one a second. */
final class EventFeed implements EventSink {
  private static final long BETWEEN_STEPS = Duration.ofSeconds(1).toNanos();

  private final EventLog log;
  private long stepAt = System.nanoTime() - BETWEEN_STEPS;

  EventFeed(EventLog log) {
    this.log = log;
  }

  @Override
  public void on(TrainingEvent event) {
    if (event instanceof Progress.StepCompleted step) {
      step(step);
    } else {
      fields(event).ifPresent(log::add);
    }
  }

  private synchronized void step(Progress.StepCompleted step) {
    long now = System.nanoTime();
    if (now - stepAt >= BETWEEN_STEPS) {
      stepAt = now;
      Map<String, Object> fields = fields("step", step.step());
      fields.put("epoch", step.epoch());
      fields.put("loss", Double.isFinite(step.loss()) ? step.loss() : String.valueOf(step.loss()));
      fields.put("images_per_second", step.imagesPerSecond());
      log.pass(fields);
    }
  }

  private static Optional<Map<String, Object>> fields(TrainingEvent event) {
    return switch (event) {
      case StabilityEvent stability -> Optional.of(EventLine.of(stability));
      case Progress.Started started -> {
        Map<String, Object> fields = fields("started", started.step());
        fields.put(
            "line", "training after step %d of %d".formatted(started.step(), started.steps()));
        yield Optional.of(fields);
      }
      case Progress.KnnMeasured knn -> knn(knn);
      case Progress.LinearMeasured linear -> {
        Map<String, Object> fields = fields("linear", linear.step());
        fields.put("line", "linear probe " + linear.accuracy().line());
        fields.put("accuracy", linear.accuracy());
        yield Optional.of(fields);
      }
      case SideWork work -> work(work);
      default -> Optional.empty();
    };
  }

  private static Optional<Map<String, Object>> knn(Progress.KnnMeasured measured) {
    List<KnnAccuracy> full =
        measured.accuracies().stream()
            .filter(accuracy -> !accuracy.source().equals(LiveProbe.SOURCE))
            .toList();
    if (full.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Object> fields = fields("knn", measured.step());
    fields.put("line", "kNN " + full.getFirst().line());
    fields.put("accuracies", full);
    return Optional.of(fields);
  }

  private static Optional<Map<String, Object>> work(SideWork work) {
    return switch (work) {
      case SideWork.CheckpointWritten written -> {
        Map<String, Object> fields = fields("checkpoint", written.step());
        fields.put("line", "checkpoint " + written.path());
        yield Optional.of(fields);
      }
      case SideWork.CheckpointFailed failed ->
          Optional.of(fields("checkpoint_failed", failed.step(), failed.line()));
      case SideWork.ProbeFailed failed ->
          Optional.of(fields("probe_failed", failed.step(), failed.line()));
      case SideWork.LifecycleChanged changed -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", "lifecycle");
        fields.put("state", changed.lifecycle().label());
        fields.put("line", changed.lifecycle().line());
        yield Optional.of(fields);
      }
      case SideWork.ActorFailed failed ->
          Optional.of(line("actor_failed", failed.actor() + ": " + failed.line()));
      case SideWork.DataLost lost -> Optional.of(line("data_lost", lost.line()));
      case SideWork.DataFound found -> Optional.of(line("data_found", found.line()));
      case SideWork.PruningFailed failed -> Optional.of(line("warning", failed.line()));
      case SideWork.Warned warned -> Optional.of(line("warning", warned.line()));
      case SideWork.Initialised initialised -> Optional.of(line("initialised", initialised.line()));
      case SideWork.ProbeCompleted completed -> Optional.empty();
      case SideWork.SampleUndecodable undecodable -> Optional.empty();
    };
  }

  private static Map<String, Object> fields(String type, long step) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("type", type);
    fields.put("step", step);
    return fields;
  }

  private static Map<String, Object> fields(String type, long step, String line) {
    Map<String, Object> fields = fields(type, step);
    fields.put("line", line);
    return fields;
  }

  private static Map<String, Object> line(String type, String line) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("type", type);
    fields.put("line", line);
    return fields;
  }
}
