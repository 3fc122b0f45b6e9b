package io.mocov3.actors.evaluation;

import io.mocov3.actors.events.Progress;
import io.mocov3.metrics.TrainingMetrics.LinearAccuracy;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.device.Placement;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.evaluation.LinearEvaluation;
import java.util.Map;

/** The linear probe on the features that kNN looks at. */
public record LinearProbe(LinearEvaluation.Options options, Placement placement) implements Probe {

  @Override
  public Progress.LinearMeasured judge(
      long step,
      LabelledSets sets,
      LabelledFeatures train,
      LabelledFeatures test,
      Runnable wanted) {
    LinearEvaluation.Result result =
        new LinearEvaluation(options, placement)
            .run(
                Map.of(FeatureKind.POOLED, train),
                Map.of(FeatureKind.POOLED, test),
                sets.classes(),
                done -> wanted.run());
    return new Progress.LinearMeasured(
        step,
        new LinearAccuracy(
            sets.name(),
            result.chosen().features().label(),
            result.chosen().learningRate(),
            result.accuracy()));
  }
}
