package io.mocov3.actors.events;

import io.mocov3.augment.codec.Decoded.Undecodable;
import java.nio.file.Path;
import java.time.Duration;

/** What happens beside the steps: checkpoints, probes, data, actors. Lines are for people. */
public sealed interface SideWork extends TrainingEvent {

  /** A checkpoint of so many bytes is complete on the disk. */
  record CheckpointWritten(long step, Path path, long bytes, Duration duration)
      implements SideWork {}

  record CheckpointFailed(long step, String line) implements SideWork {}

  /** A checkpoint is written, but older ones could not be deleted. */
  record PruningFailed(String line) implements SideWork {}

  /** A full probe is done, off the training path. */
  record ProbeCompleted(String probe, Duration duration) implements SideWork {}

  /** There will be no point of this step; {@code fault} unless its images were out of reach. */
  record ProbeFailed(long step, String line, boolean fault) implements SideWork {}

  record SampleUndecodable(Undecodable sample) implements SideWork {}

  /** The training images cannot be reached. */
  record DataLost(String line) implements SideWork {}

  record DataFound(String line) implements SideWork {}

  record ActorFailed(String actor, String line) implements SideWork {}

  /** The training is somewhere else in its life. */
  record LifecycleChanged(Lifecycle lifecycle) implements SideWork {}

  /** Where the first weights came from. */
  record Initialised(String line) implements SideWork {}

  /** Something else that a person should read. */
  record Warned(String line) implements SideWork {}
}
