package io.mocov3.app.observe;

import io.mocov3.actors.evaluation.KnnProbe;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.checkpoint.CheckpointStore;
import java.util.Comparator;

/** Tells the checkpoints what the full probe said of them: the accuracy of its largest k. */
final class CheckpointRating implements EventSink {
  private final CheckpointStore store;

  CheckpointRating(CheckpointStore store) {
    this.store = store;
  }

  @Override
  public void on(TrainingEvent event) {
    if (event instanceof Progress.KnnMeasured measured) {
      measured.accuracies().stream()
          .filter(accuracy -> accuracy.source().equals(KnnProbe.SOURCE))
          .max(Comparator.comparingInt(KnnAccuracy::k))
          .ifPresent(best -> store.rate(measured.step(), best.accuracy()));
    }
  }
}
