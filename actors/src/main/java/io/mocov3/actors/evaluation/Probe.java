package io.mocov3.actors.evaluation;

import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.model.evaluation.LabelledFeatures;

/** A way to judge features that are there already. */
public interface Probe {

  /**
   * What is to be told of the features of {@code sets} after {@code step}; they stay the caller's.
   */
  TrainingEvent judge(long step, LabelledSets sets, LabelledFeatures train, LabelledFeatures test);
}
