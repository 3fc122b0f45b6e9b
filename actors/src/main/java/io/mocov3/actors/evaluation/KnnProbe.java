package io.mocov3.actors.evaluation;

import io.mocov3.actors.events.Progress;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.evaluation.KnnClassifier.Setting;
import io.mocov3.model.evaluation.LabelledFeatures;
import java.util.List;

/** The kNN probe: test images are classified by their nearest training images in feature space. */
public record KnnProbe(List<Setting> settings) implements Probe {

  /** Where the reference features of these accuracies come from, in metrics and files. */
  public static final String SOURCE = "train-set";

  @Override
  public Progress.KnnMeasured judge(
      long step,
      LabelledSets sets,
      LabelledFeatures train,
      LabelledFeatures test,
      Runnable wanted) {
    return new Progress.KnnMeasured(step, accuracies(sets, train, test));
  }

  /** One accuracy for each setting. */
  public List<KnnAccuracy> accuracies(
      LabelledSets sets, LabelledFeatures train, LabelledFeatures test) {
    try (KnnClassifier classifier =
        new KnnClassifier(train.blocks(), train.labels(), sets.classes())) {
      return classifier.accuracies(test, settings).entrySet().stream()
          .map(
              entry ->
                  new KnnAccuracy(
                      sets.name(),
                      entry.getKey().k(),
                      entry.getKey().temperature(),
                      SOURCE,
                      entry.getValue()))
          .toList();
    }
  }
}
