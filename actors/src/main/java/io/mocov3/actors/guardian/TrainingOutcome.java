package io.mocov3.actors.guardian;

/** How training ended. */
public sealed interface TrainingOutcome {

  /** All steps are done. */
  record Completed(long step) implements TrainingOutcome {}

  /** A stop was asked for; {@code saved} says whether the same command can go on from here. */
  record Interrupted(long step, boolean saved) implements TrainingOutcome {}

  /** The storage of the images is gone; {@code saved} as above, the reason is one line. */
  record DataGone(long step, boolean saved, String reason) implements TrainingOutcome {}

  /** Another rank is gone; {@code saved} as above, the reason is one line. */
  record RankLost(long step, boolean saved, String reason) implements TrainingOutcome {}

  /** Training failed for good; the reason is one line. */
  record Failed(String reason) implements TrainingOutcome {}
}
