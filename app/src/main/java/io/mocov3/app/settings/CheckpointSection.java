package io.mocov3.app.settings;

import io.mocov3.model.checkpoint.Retention;

/** Reads {@code checkpoint}. */
final class CheckpointSection {
  private CheckpointSection() {}

  static Settings.Checkpoint read(Section checkpoint, Settings.Knn knn) {
    long everySteps = checkpoint.whole("every-steps", 0, Settings.MOST_STEPS);
    long keptEvery = checkpoint.whole("keep-every-steps", 0, Settings.MOST_STEPS);
    checkpoint.check(
        "keep-every-steps",
        "0, or a multiple of checkpoint.every-steps (%d)".formatted(everySteps),
        keptEvery == 0 || (everySteps > 0 && keptEvery % everySteps == 0));
    int best = checkpoint.integer("keep-best", 0, 1_000_000);
    checkpoint.check(
        "keep-best",
        "0 where there is no full probe (evaluation.knn.every-epochs and every-steps are 0)",
        best == 0 || knn.everyEpochs() > 0 || knn.everySteps() > 0);
    return new Settings.Checkpoint(
        everySteps,
        checkpoint.duration("every"),
        new Retention(checkpoint.integer("keep", 1, 1_000_000), keptEvery, best),
        checkpoint.duration("retry-for"));
  }
}
