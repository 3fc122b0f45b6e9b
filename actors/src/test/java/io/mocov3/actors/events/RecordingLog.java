package io.mocov3.actors.events;

import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.metrics.Signal;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.step.GradientNorms;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Remembers everything; a step that is computed again replaces what was there. */
public class RecordingLog implements EventSink {
  public final List<Long> starts = new CopyOnWriteArrayList<>();
  public final Map<Long, Long> lossBits = new ConcurrentSkipListMap<>();
  public final Map<Long, List<String>> samples = new ConcurrentSkipListMap<>();
  public final Map<Long, List<KnnAccuracy>> accuracies = new ConcurrentSkipListMap<>();
  public final Map<Long, GradientNorms> gradients = new ConcurrentSkipListMap<>();
  public final Map<Long, Map<Signal, Double>> healths = new ConcurrentSkipListMap<>();
  public final List<StabilityEvent> events = new CopyOnWriteArrayList<>();
  public final List<Capsule> capsules = new CopyOnWriteArrayList<>();
  public final List<Undecodable> quarantined = new CopyOnWriteArrayList<>();
  public final List<Long> checkpoints = new CopyOnWriteArrayList<>();
  public final List<SideWork> work = new CopyOnWriteArrayList<>();
  public final List<String> warnings = new CopyOnWriteArrayList<>();

  @Override
  public void on(TrainingEvent event) {
    switch (event) {
      case Progress progress -> progress(progress);
      case StabilityEvent stability -> events.add(stability);
      case SideWork side -> work(side);
      case Timing timing -> {}
    }
  }

  private void progress(Progress event) {
    switch (event) {
      case Progress.Started started -> started(started.step());
      case Progress.StepCompleted step -> step(step);
      case Progress.SamplesSeen seen -> samples.put(seen.step(), seen.ids());
      case Progress.GradientsMeasured measured -> gradients.put(measured.step(), measured.norms());
      case Progress.LayersCrossed crossed -> {}
      case Progress.HealthMeasured measured -> healths.put(measured.step(), measured.signals());
      case Progress.LinearMeasured linear -> {}
      case Progress.KnnMeasured measured -> accuracies.put(measured.step(), measured.accuracies());
      case Progress.CapsuleFilled filled -> capsules.add(filled.capsule());
    }
  }

  /** For tests that do something when training begins. */
  public void started(long step) {
    starts.add(step);
  }

  /** The same at a step. */
  public void step(Progress.StepCompleted step) {
    lossBits.put(step.step(), Double.doubleToLongBits(step.loss()));
  }

  /** The same for lines. */
  public void warning(String line) {
    warnings.add(line);
  }

  private void work(SideWork side) {
    work.add(side);
    switch (side) {
      case SideWork.SampleUndecodable undecodable -> quarantined.add(undecodable.sample());
      case SideWork.CheckpointWritten written -> checkpoints.add(written.step());
      case SideWork.CheckpointFailed failed -> warning(failed.line());
      case SideWork.PruningFailed failed -> warning(failed.line());
      case SideWork.ProbeFailed failed ->
          warning("no kNN probe of step %d: %s".formatted(failed.step(), failed.line()));
      case SideWork.DataLost lost -> warning(lost.line());
      case SideWork.DataFound found -> warning(found.line());
      case SideWork.Warned warned -> warning(warned.line());
      case SideWork.LifecycleChanged changed -> {}
      case SideWork.Initialised initialised -> {}
      case SideWork.ActorFailed failed -> {}
      case SideWork.ProbeCompleted completed -> {}
    }
  }

  /** What side work told of one kind. */
  public <E> List<E> of(Class<E> type) {
    return work.stream().filter(type::isInstance).map(type::cast).toList();
  }

  public List<String> failedActors() {
    return of(SideWork.ActorFailed.class).stream().map(SideWork.ActorFailed::actor).toList();
  }

  /** Why updates were not applied. */
  public List<IncidentKind> skipped() {
    return events.stream()
        .flatMap(
            event ->
                switch (event) {
                  case StabilityEvent.NotFinite notFinite -> Stream.of(IncidentKind.NON_FINITE);
                  case StabilityEvent.Skipped skipped -> Stream.of(IncidentKind.SPIKE);
                  default -> Stream.<IncidentKind>empty();
                })
        .toList();
  }

  public List<IncidentKind> rollbacks() {
    return events.stream()
        .filter(StabilityEvent.RolledBack.class::isInstance)
        .map(event -> ((StabilityEvent.RolledBack) event).incident().reason())
        .toList();
  }
}
