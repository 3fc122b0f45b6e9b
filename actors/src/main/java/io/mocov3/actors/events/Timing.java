package io.mocov3.actors.events;

import io.mocov3.metrics.TrainingMetrics.PipelineStage;
import io.mocov3.metrics.TrainingMetrics.Stage;
import java.time.Duration;

/** Where time goes, and how far things are apart. */
public sealed interface Timing extends TrainingEvent {

  record StageTimed(Stage stage, Duration duration) implements Timing {}

  record PipelineTimed(PipelineStage stage, Duration duration) implements Timing {}

  /** Batch buffers in use. */
  record QueueDepth(PipelineStage stage, int depth) implements Timing {}

  /** Steps that the keys are behind the queries. */
  record KeyStaleness(long steps) implements Timing {}

  /** Age of the oldest feature that the live kNN probe used. */
  record FeatureAge(long steps) implements Timing {}
}
