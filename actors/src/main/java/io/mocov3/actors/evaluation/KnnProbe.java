package io.mocov3.actors.evaluation;

import io.mocov3.actors.events.Progress;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.evaluation.KnnClassifier.Setting;
import io.mocov3.model.evaluation.LabelledFeatures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The kNN probe: test images are classified by their nearest training images in feature space. */
public record KnnProbe(List<Setting> settings) implements Probe {

  /** Where the reference features of these accuracies come from, in metrics and files. */
  public static final String SOURCE = "train-set";

  @Override
  public Progress.KnnMeasured judge(
      long step, LabelledSets sets, LabelledFeatures train, LabelledFeatures test) {
    return new Progress.KnnMeasured(step, accuracies(sets, train, test));
  }

  /** One accuracy for each setting. */
  public List<KnnAccuracy> accuracies(
      LabelledSets sets, LabelledFeatures train, LabelledFeatures test) {
    Map<Setting, Double> shares = new LinkedHashMap<>();
    settings.forEach(setting -> shares.put(setting, 0.0));
    try (KnnClassifier classifier =
        new KnnClassifier(train.blocks(), train.labels(), sets.classes())) {
      long first = 0;
      for (Tensor queries : test.blocks()) {
        try (PointerScope scope = new PointerScope()) {
          long rows = queries.size(0);
          Tensor truth = test.labels().narrow(0, first, rows);
          classifier
              .accuracies(queries, truth, settings)
              .forEach((setting, accuracy) -> shares.merge(setting, accuracy * rows, Double::sum));
          first += rows;
        }
      }
    }
    return shares.entrySet().stream()
        .map(
            entry ->
                new KnnAccuracy(
                    sets.name(),
                    entry.getKey().k(),
                    entry.getKey().temperature(),
                    SOURCE,
                    entry.getValue() / test.size()))
        .toList();
  }
}
