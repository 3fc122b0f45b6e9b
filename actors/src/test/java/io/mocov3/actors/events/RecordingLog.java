package io.mocov3.actors.events;

import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.evaluation.Health;
import io.mocov3.model.step.GradientNorms;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers everything; a step that is computed again replaces what was there. */
public class RecordingLog implements RunLog {
  public final List<Long> starts = new CopyOnWriteArrayList<>();
  public final Map<Long, Long> lossBits = new ConcurrentSkipListMap<>();
  public final Map<Long, List<String>> samples = new ConcurrentSkipListMap<>();
  public final List<KnnAccuracy> accuracies = new CopyOnWriteArrayList<>();
  public final Map<Long, GradientNorms> gradients = new ConcurrentSkipListMap<>();
  public final Map<Long, Health> healths = new ConcurrentSkipListMap<>();
  public final List<StabilityEvent> events = new CopyOnWriteArrayList<>();
  public final List<Capsule> capsules = new CopyOnWriteArrayList<>();
  public final List<Undecodable> quarantined = new CopyOnWriteArrayList<>();
  public final List<Long> checkpoints = new CopyOnWriteArrayList<>();
  public final List<String> warnings = new CopyOnWriteArrayList<>();

  @Override
  public void started(long step, long steps) {
    starts.add(step);
  }

  @Override
  public void step(Step step) {
    lossBits.put(step.step(), Double.doubleToLongBits(step.loss()));
  }

  @Override
  public void samples(long step, List<String> ids) {
    samples.put(step, ids);
  }

  @Override
  public void knn(long step, KnnAccuracy accuracy) {
    accuracies.add(accuracy);
  }

  @Override
  public void gradients(long step, GradientNorms norms) {
    gradients.put(step, norms);
  }

  @Override
  public void health(long step, Health health) {
    healths.put(step, health);
  }

  @Override
  public void event(StabilityEvent event) {
    events.add(event);
  }

  @Override
  public void capsule(Capsule capsule) {
    capsules.add(capsule);
  }

  @Override
  public void rolledBack(StabilityEvent.RolledBack event) {
    events.add(event);
  }

  @Override
  public void quarantined(Undecodable sample) {
    quarantined.add(sample);
  }

  @Override
  public void checkpointed(long step, Path path) {
    checkpoints.add(step);
  }

  @Override
  public void initialised(String line) {
    // nothing to compare
  }

  @Override
  public void warning(String line) {
    warnings.add(line);
  }
}
