package io.mocov3.app.tensorboard;

import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.IoReason;
import io.mocov3.model.step.GradientNorms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What training does, as an event file that TensorBoard reads: at most {@link #MOST_POINTS} points
 * a curve, whatever the length. Each process writes a file of its own; where training goes on, be
 * it in another process or after a rollback, a session start voids the steps that are done again.
 * What cannot be written is left out, and told of.
 */
public final class TensorBoardSink implements EventSink, AutoCloseable {
  static final long MOST_POINTS = 10_000;
  private static final String NAME = "tensorboard";

  private final Path folder;
  private final LogWatch watch;
  private Optional<RecordFile> file = Optional.empty();
  private long first;
  private long stride = 1;
  private long steps;
  private boolean failing;

  /** The file is made where training begins, in a folder below {@code run}. */
  public TensorBoardSink(Path run, LogWatch watch) {
    folder = folder(run);
    this.watch = watch;
  }

  static Path folder(Path run) {
    return run.resolve(NAME);
  }

  @Override
  public void on(TrainingEvent event) {
    if (event instanceof Progress progress) {
      progress(progress);
    }
  }

  private void progress(Progress event) {
    switch (event) {
      case Progress.Started started -> started(started);
      case Progress.StepCompleted step -> step(step);
      case Progress.GradientsMeasured measured -> gradients(measured);
      case Progress.KnnMeasured knn -> knn(knn);
      case Progress.LinearMeasured linear ->
          scalars(
              linear.step(),
              Map.of("linear/" + linear.accuracy().probe(), linear.accuracy().accuracy()));
      case Progress.HealthMeasured health -> {
        Map<String, Double> values = new LinkedHashMap<>();
        health.signals().forEach((signal, value) -> values.put("health/" + signal.key(), value));
        scalars(health.step(), values);
      }
      case Progress.SamplesSeen seen -> {}
      case Progress.LayersCrossed crossed -> {}
      case Progress.CapsuleFilled filled -> {}
    }
  }

  private synchronized void started(Progress.Started started) {
    first = started.step() + 1;
    steps = started.steps();
    stride = Math.ceilDiv(steps, MOST_POINTS);
    boolean goesOn = file.isPresent();
    attempt(
        () -> {
          RecordFile events = opened();
          if (goesOn) {
            events.append(EventMessage.start(EventFiles.now(), first));
          }
        });
  }

  private void step(Progress.StepCompleted step) {
    if (isDrawn(step.step())) {
      Map<String, Double> values = new LinkedHashMap<>();
      values.put("train/loss", step.loss());
      values.put("train/learning_rate", step.rates().learningRate());
      values.put("train/momentum", step.rates().momentum());
      values.put("train/images_per_second", step.imagesPerSecond());
      values.put("train/epoch", step.epoch());
      scalars(step.step(), values);
    }
  }

  private void gradients(Progress.GradientsMeasured measured) {
    if (isDrawn(measured.step())) {
      GradientNorms norms = measured.norms();
      Map<String, Double> values = new LinkedHashMap<>();
      for (int i = 0; i < norms.layers().size(); i++) {
        values.put("gradient_norm/" + norms.layers().get(i), norms.l2().get(i));
      }
      scalars(measured.step(), values);
    }
  }

  private void knn(Progress.KnnMeasured measured) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (KnnAccuracy accuracy : measured.accuracies()) {
      values.put(
          "knn/%s/%s/k=%d,T=%s"
              .formatted(accuracy.probe(), accuracy.source(), accuracy.k(), accuracy.temperature()),
          accuracy.accuracy());
    }
    scalars(measured.step(), values);
  }

  private synchronized boolean isDrawn(long step) {
    return step % stride == 0 || step == 1 || step == steps;
  }

  private synchronized void scalars(long step, Map<String, Double> values) {
    attempt(() -> opened().append(EventMessage.scalars(EventFiles.now(), step, values)));
  }

  private interface Write {
    void run() throws IOException;
  }

  private void attempt(Write write) {
    try {
      write.run();
      failing = false;
    } catch (IOException e) {
      watch.metrics().logWriteFailed(NAME);
      if (!failing) {
        failing = true;
        watch
            .warn()
            .accept(
                "%s cannot be written (%s); training goes on, and what TensorBoard should draw meanwhile is left out"
                    .formatted(folder, IoReason.of(e)));
      }
    }
  }

  /** A folder that was moved away is not made again. */
  private RecordFile opened() throws IOException {
    if (file.isEmpty()) {
      RecordFile begun = EventFiles.begin(folder);
      file = Optional.of(begun);
      begun.append(EventMessage.start(EventFiles.now(), first));
    }
    return file.get();
  }

  @Override
  public synchronized void close() {
    try {
      if (file.isPresent()) {
        file.get().close();
      }
    } catch (IOException e) {
      watch.warn().accept("%s cannot be closed: %s".formatted(folder, IoReason.of(e)));
    }
  }
}
