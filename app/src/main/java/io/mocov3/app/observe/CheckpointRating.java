package io.mocov3.app.observe;

import io.mocov3.actors.evaluation.KnnProbe;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.checkpoint.CheckpointStore;
import java.util.Comparator;

/**
 * Tells the checkpoints what the full probe of one set said of them: the accuracy of its largest k.
 */
final class CheckpointRating implements EventSink {
  private final CheckpointStore store;
  private final String probe;

  CheckpointRating(CheckpointStore store, String probe) {
    this.store = store;
    this.probe = probe;
  }

  @Override
  public void on(TrainingEvent event) {
    if (event instanceof Progress.KnnMeasured measured) {
      measured.accuracies().stream()
          .filter(accuracy -> accuracy.source().equals(KnnProbe.SOURCE))
          .filter(accuracy -> accuracy.probe().equals(probe))
          .max(Comparator.comparingInt(KnnAccuracy::k))
          .ifPresent(best -> store.rate(measured.step(), best.accuracy()));
    }
  }
}
