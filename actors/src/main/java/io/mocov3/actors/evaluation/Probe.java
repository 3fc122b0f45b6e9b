package io.mocov3.actors.evaluation;

import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.model.evaluation.LabelledFeatures;

/** A way to judge features that are there already. */
public interface Probe {

  /**
   * What is to be told of the features of {@code sets} after {@code step}; they stay the caller's.
   *
   * @param wanted throws when nobody wants to know any more; asked now and then
   */
  TrainingEvent judge(
      long step, LabelledSets sets, LabelledFeatures train, LabelledFeatures test, Runnable wanted);
}
