package io.mocov3.app.observe;

import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.MetricsSink;
import io.mocov3.app.http.EventLog;
import io.mocov3.app.plan.Probes;
import io.mocov3.app.run.RunDirectory;
import io.mocov3.app.run.RunFiles;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.tensorboard.TensorBoardSink;
import io.mocov3.metrics.PrometheusMetrics;
import io.mocov3.model.checkpoint.CheckpointStore;
import java.util.ArrayList;
import java.util.List;

/** All who are told of a training's events, and what those know who are asked over HTTP. */
public record Observers(
    EventSink sink, Watchdog watchdog, LiveStatus status, LiveHistory history, EventLog feed) {

  /** What was opened for the run and is closed by whoever opened it. */
  public record Outlets(
      PrometheusMetrics metrics, RunFiles files, TensorBoardSink board, ProgressLine progress) {}

  public static Observers of(
      Settings settings, RunDirectory directory, CheckpointStore store, Outlets outlets) {
    Watchdog watchdog =
        new Watchdog(
            settings.run().stuckAfter(),
            System::nanoTime,
            reason -> ThreadDump.write(directory, reason));
    LiveHistory history = new LiveHistory(directory.path(), outlets.progress()::warn);
    LiveStatus status = new LiveStatus(settings.run().directory(), watchdog);
    EventLog feed = new EventLog();
    List<EventSink> sinks =
        new ArrayList<>(
            List.of(
                new MetricsSink(outlets.metrics()),
                new CheckpointRating(store, Probes.leading(settings)),
                outlets.files(),
                history,
                watchdog,
                status,
                new EventFeed(feed),
                outlets.progress()));
    if (settings.tensorBoard()) {
      sinks.add(outlets.board());
    }
    return new Observers(
        new EventSinks(sinks, outlets.progress()::warn), watchdog, status, history, feed);
  }
}
