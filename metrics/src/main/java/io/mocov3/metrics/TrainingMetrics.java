package io.mocov3.metrics;

import java.time.Duration;
import java.util.Locale;

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
    DIAGNOSTICS,
    OPTIMIZER,
    LIVE_PROBE,
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

  /** Why an update was not applied, or training was rolled back. */
  enum IncidentKind {
    NON_FINITE,
    SPIKE,
    DIP,
    REQUESTED
  }

  /** Where a training is in its life. */
  enum LifecycleState {
    STARTING,
    TRAINING,
    PAUSED,
    WAITING_FOR_DATA,
    RECOVERING,
    ROLLING_BACK,
    STOPPING,
    ENDED
  }

  /** One kNN accuracy of one probe; {@code source} says where the reference features came from. */
  record KnnAccuracy(String probe, int k, double temperature, String source, double accuracy) {

    /** For people, such as {@code 81.25 % (k = 20, T = 0.07)}. */
    public String line() {
      return String.format(Locale.ROOT, "%.2f %% (k = %d, T = %s)", 100 * accuracy, k, temperature);
    }
  }

  /** The accuracy of a linear probe on one kind of features, with the rate that was chosen. */
  record LinearAccuracy(String probe, String features, double learningRate, double accuracy) {

    /** For people, such as {@code 71.20 % (pooled, rate 0.3)}. */
    public String line() {
      return String.format(
          Locale.ROOT, "%.2f %% (%s, rate %s)", 100 * accuracy, features, learningRate);
    }
  }

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

  /** Training begins, or goes on from a checkpoint. */
  void started();

  void stepCompleted(Step step);

  void stage(Stage stage, Duration duration);

  void dataWaited(Duration duration);

  void keyStaleness(long steps);

  /** The gradient of a layer at the newest step: L2 norm and largest absolute number. */
  void gradient(String layer, double l2, double largest);

  /** The gradient of {@code layer} crossed its bound at {@code step}. */
  void gradientSpike(String layer, long step);

  void updateSkipped(IncidentKind reason);

  void rolledBack(IncidentKind reason);

  void dip();

  void signal(Signal signal, double value);

  /** Age of the oldest feature that the live kNN probe used. */
  void knnQueueAge(long steps);

  void knnAccuracy(KnnAccuracy accuracy);

  void linearAccuracy(LinearAccuracy accuracy);

  void evaluationCompleted(String probe, Duration duration);

  void pipelineStage(PipelineStage stage, Duration duration);

  void pipelineQueueDepth(PipelineStage stage, int depth);

  void imageUndecodable(String reason);

  void checkpointPhase(CheckpointPhase phase, Duration duration);

  /** A checkpoint of {@code bytes} bytes is complete on disk. */
  void checkpointSucceeded(long bytes);

  void checkpointFailed();

  /** A checkpoint is on disk, but older ones could not be deleted. */
  void checkpointPruneFailed();

  /** So many lines of a log of the run wait to be written. */
  void logLinesWaiting(String file, long lines);

  void logWriteFailed(String file);

  /** Lines of a log are lost. */
  void logLinesDropped(String file, long lines);

  /** Whether the training images can be read, as far as is known. */
  void dataAvailable(boolean available);

  void actorFailed(String actor);

  void lifecycle(LifecycleState state);
}
