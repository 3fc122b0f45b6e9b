package io.mocov3.actors.events;

import io.mocov3.metrics.TrainingMetrics;
import io.mocov3.metrics.TrainingMetrics.CheckpointPhase;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.metrics.TrainingMetrics.Stage;
import io.mocov3.model.step.GradientNorms;

/** Counts and measures what happens. */
public final class MetricsSink implements EventSink {
  private final TrainingMetrics metrics;

  public MetricsSink(TrainingMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void on(TrainingEvent event) {
    switch (event) {
      case Progress progress -> progress(progress);
      case StabilityEvent stability -> stability(stability);
      case SideWork work -> work(work);
      case Timing timing -> timing(timing);
    }
  }

  private void progress(Progress event) {
    switch (event) {
      case Progress.StepCompleted step ->
          metrics.stepCompleted(
              new TrainingMetrics.Step(
                  step.step(),
                  step.epoch(),
                  step.images(),
                  step.loss(),
                  step.rates().learningRate(),
                  step.rates().momentum(),
                  step.duration()));
      case Progress.GradientsMeasured gradients -> gradients(gradients.norms());
      case Progress.LayersCrossed crossed ->
          crossed
              .crossings()
              .forEach(crossing -> metrics.gradientSpike(crossing.layer(), crossed.step()));
      case Progress.HealthMeasured health -> health.signals().forEach(metrics::signal);
      case Progress.KnnMeasured knn -> knn.accuracies().forEach(metrics::knnAccuracy);
      case Progress.LinearMeasured linear -> metrics.linearAccuracy(linear.accuracy());
      case Progress.Started started -> metrics.started();
      case Progress.SamplesSeen samples -> {}
      case Progress.CapsuleFilled filled -> {}
    }
  }

  private void gradients(GradientNorms norms) {
    for (int i = 0; i < norms.layers().size(); i++) {
      metrics.gradient(norms.layers().get(i), norms.l2().get(i), norms.largest().get(i));
    }
  }

  private void stability(StabilityEvent event) {
    switch (event) {
      case StabilityEvent.NotFinite notFinite -> metrics.updateSkipped(IncidentKind.NON_FINITE);
      case StabilityEvent.Skipped skipped -> metrics.updateSkipped(IncidentKind.SPIKE);
      case StabilityEvent.DipFound found -> {
        if (found.first()) {
          metrics.dip();
        }
      }
      case StabilityEvent.RolledBack back -> metrics.rolledBack(back.incident().reason());
      case StabilityEvent.SpikeBegan began -> {}
      case StabilityEvent.SpikeEnded ended -> {}
      case StabilityEvent.Stopped stopped -> {}
    }
  }

  private void work(SideWork event) {
    switch (event) {
      case SideWork.CheckpointWritten written -> {
        metrics.checkpointPhase(CheckpointPhase.WRITE, written.duration());
        metrics.checkpointSucceeded(written.bytes());
      }
      case SideWork.CheckpointFailed failed -> metrics.checkpointFailed();
      case SideWork.PruningFailed failed -> metrics.checkpointPruneFailed();
      case SideWork.ProbeCompleted probe ->
          metrics.evaluationCompleted(probe.probe(), probe.duration());
      case SideWork.ProbeFailed failed -> {
        if (failed.fault()) {
          metrics.actorFailed("evaluator");
        }
      }
      case SideWork.SampleUndecodable undecodable ->
          metrics.imageUndecodable(undecodable.sample().reason().label());
      case SideWork.DataLost lost -> metrics.dataAvailable(false);
      case SideWork.DataFound found -> metrics.dataAvailable(true);
      case SideWork.ActorFailed failed -> metrics.actorFailed(failed.actor());
      case SideWork.LifecycleChanged changed -> metrics.lifecycle(changed.lifecycle().state());
      case SideWork.Initialised initialised -> {}
      case SideWork.Warned warned -> {}
    }
  }

  private void timing(Timing event) {
    switch (event) {
      case Timing.StageTimed timed -> {
        metrics.stage(timed.stage(), timed.duration());
        if (timed.stage() == Stage.DATA_WAIT) {
          metrics.dataWaited(timed.duration());
        }
        if (timed.stage() == Stage.CHECKPOINT_STAGE) {
          metrics.checkpointPhase(CheckpointPhase.STAGE, timed.duration());
        }
      }
      case Timing.PipelineTimed timed -> metrics.pipelineStage(timed.stage(), timed.duration());
      case Timing.QueueDepth depth -> metrics.pipelineQueueDepth(depth.stage(), depth.depth());
      case Timing.KeyStaleness staleness -> metrics.keyStaleness(staleness.steps());
      case Timing.FeatureAge age -> metrics.knnQueueAge(age.steps());
    }
  }
}
