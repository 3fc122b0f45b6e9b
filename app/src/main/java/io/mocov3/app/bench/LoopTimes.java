package io.mocov3.app.bench;

import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.Timing;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.metrics.TrainingMetrics.PipelineStage;
import io.mocov3.metrics.TrainingMetrics.Stage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the time of a training goes, once it is warm. */
final class LoopTimes implements EventSink {
  private final int warmUp;
  private final Map<Stage, Long> stages = new EnumMap<>(Stage.class);
  private final Map<PipelineStage, Long> pipeline = new EnumMap<>(PipelineStage.class);
  private final Map<PipelineStage, Long> pipelineCounts = new EnumMap<>(PipelineStage.class);
  private final List<Span> probes = new ArrayList<>();
  private long begin;
  private long end;
  private long stepNanos;
  private long images;
  private long steps;

  private record Span(long from, long to) {
    long within(long begin, long end) {
      return Math.max(0, Math.min(to, end) - Math.max(from, begin));
    }
  }

  LoopTimes(int warmUp) {
    this.warmUp = warmUp;
  }

  @Override
  public synchronized void on(TrainingEvent event) {
    switch (event) {
      case Progress.StepCompleted step -> completed(step);
      case Timing.StageTimed timed when begin > 0 ->
          stages.merge(timed.stage(), timed.duration().toNanos(), Long::sum);
      case Timing.PipelineTimed timed when begin > 0 -> {
        pipeline.merge(timed.stage(), timed.duration().toNanos(), Long::sum);
        pipelineCounts.merge(timed.stage(), 1L, Long::sum);
      }
      case SideWork.ProbeCompleted probe -> {
        long now = System.nanoTime();
        probes.add(new Span(now - probe.duration().toNanos(), now));
      }
      default -> {}
    }
  }

  private void completed(Progress.StepCompleted step) {
    if (step.step() == warmUp) {
      begin = System.nanoTime();
    } else if (step.step() > warmUp) {
      end = System.nanoTime();
      stepNanos += step.duration().toNanos();
      images += step.images();
      steps++;
    }
  }

  synchronized long steps() {
    return steps;
  }

  synchronized long images() {
    return images;
  }

  /** From the end of the last step that is not measured to that of the last one. */
  synchronized double wallSeconds() {
    return (end - begin) / 1e9;
  }

  synchronized double stepSeconds() {
    return stepNanos / 1e9;
  }

  /** Of the wall time; what is done on a thread of its own overlaps. */
  synchronized Map<String, Double> stageShares() {
    Map<String, Double> shares = new LinkedHashMap<>();
    for (Stage stage : Stage.values()) {
      shares.put(
          BenchTrainCommand.label(stage), stages.getOrDefault(stage, 0L) / 1e9 / wallSeconds());
    }
    return shares;
  }

  /** Of the wall time a kNN probe was at work beside the steps, on the same cores if on a CPU. */
  synchronized double evaluationShare() {
    return probes.stream().mapToLong(probe -> probe.within(begin, end)).sum() / 1e9 / wallSeconds();
  }

  /** Of one worker: decoding an image, and making both its views. */
  synchronized Map<String, Double> imageSeconds() {
    Map<String, Double> means = new LinkedHashMap<>();
    for (PipelineStage stage : new PipelineStage[] {PipelineStage.DECODE, PipelineStage.VIEWS}) {
      long count = Math.max(1, pipelineCounts.getOrDefault(stage, 0L));
      means.put(BenchTrainCommand.label(stage), pipeline.getOrDefault(stage, 0L) / 1e9 / count);
    }
    return means;
  }
}
