package io.mocov3.metrics;

import java.time.Duration;

/**
 * What training reports about itself, in the words of the domain. Implementations are thread-safe
 * and never block: every actor and every worker calls them on its own thread.
 */
public interface TrainingMetrics {

  /** A part of one training step. */
  enum Stage {
    DATA_WAIT,
    UPLOAD,
    QUERY_FORWARD,
    KEY_WAIT,
    LOSS_BACKWARD,
    OPTIMIZER,
    CHECKPOINT_STAGE
  }

  /** A part of the way from a file to a filled batch buffer. */
  enum PipelineStage {
    DECODE,
    VIEWS,
    BATCH
  }

  /** A part of writing a checkpoint. */
  enum CheckpointPhase {
    STAGE,
    WRITE
  }

  /** One kNN accuracy of one probe; {@code source} says where the reference features came from. */
  record KnnAccuracy(String probe, int k, double temperature, String source, double accuracy) {}

  /**
   * The outcome of one optimizer step. {@code epoch} is fractional, {@code duration} the wall time.
   */
  record Step(
      long step,
      double epoch,
      int images,
      double loss,
      double learningRate,
      double momentum,
      Duration duration) {}

  void stepCompleted(Step step);

  void stage(Stage stage, Duration duration);

  void dataWaited(Duration duration);

  void keyStaleness(long steps);

  void gradientNorm(String layer, double l2);

  void knnAccuracy(KnnAccuracy accuracy);

  void evaluationCompleted(String probe, Duration duration);

  void pipelineStage(PipelineStage stage, Duration duration);

  void pipelineQueueDepth(PipelineStage stage, int depth);

  void imageUndecodable(String reason);

  void checkpointPhase(CheckpointPhase phase, Duration duration);

  /** A checkpoint of {@code bytes} bytes is complete on disk. */
  void checkpointSucceeded(long bytes);

  void checkpointFailed();

  void actorFailed(String actor);
}
