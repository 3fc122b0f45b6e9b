package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.actors.finetune.AugmentedProbe;
import io.mocov3.actors.finetune.LabelledImages;
import io.mocov3.actors.finetune.LabelledTraining;
import io.mocov3.app.output.Bars;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.policy.TrainingView;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.evaluation.AugmentedLinearEvaluation;
import io.mocov3.model.evaluation.LinearEvaluation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code eval linear --augment}: the classifiers see a crop and a flip, as in the reference. */
record AugmentedLinear(
    Subject.Open open,
    LabelledSets sets,
    Set<FeatureKind> kinds,
    LinearEvaluation.Options options,
    PrintWriter err) {
  private static final double SMALLEST_CROP = 0.08;

  /** Features are those of evaluation; empty when it was stopped. */
  Optional<LinearEvaluation.Result> run(Subject.Pair features, Optional<Path> out) {
    if (out.isEmpty()) {
      return trained(features, Optional.empty());
    }
    try (TrainingFolder folder =
        new TrainingFolder(
            out.get(), "linear probe", recipe(), open.settings().checkpoint(), err)) {
      return trained(features, Optional.of(folder));
    }
  }

  private Optional<LinearEvaluation.Result> trained(
      Subject.Pair features, Optional<TrainingFolder> folder) {
    LabelledImages images = images();
    LabelledTraining training =
        new LabelledTraining(
            images,
            open.pixels(),
            open.workers(),
            folder.map(LabelledTraining.Saving.class::cast).orElse(LabelledTraining.Saving.NONE));
    try (AugmentedLinearEvaluation evaluation =
            new AugmentedLinearEvaluation(
                options, features.train(), sets.classes(), images.batchSize(), open.placement());
        StopRequest stop = StopRequest.bySignal()) {
      long begun = folder.map(place -> place.begin(evaluation::restore)).orElse(0L);
      LabelledTraining.End end =
          Bars.under(
              "classifiers",
              done ->
                  new AugmentedProbe(
                          evaluation,
                          training,
                          x -> open.encoder().features(x, kinds),
                          folder.map(TrainingFolder::settings).orElse(Map.of()),
                          done)
                      .run(begun, options.epochs(), stop));
      if (end == LabelledTraining.End.STOPPED) {
        err.println(
            folder.isPresent() ? StopRequest.SAVED : "stopped; nothing is saved without --out");
        err.flush();
        return Optional.empty();
      }
      return Optional.of(evaluation.result(features.train(), features.test()));
    }
  }

  private LabelledImages images() {
    Settings settings = open.settings();
    ImageSource source = sets.train().source();
    return LabelledImages.all(
        source,
        TrainingView.cropAndFlip(
            settings.model().backbone().imageSize(),
            SMALLEST_CROP,
            1,
            settings.mean(),
            settings.std()),
        Math.min(options.batchSize(), source.size()),
        options.seed());
  }

  /** What must be the same when it goes on. */
  private Map<String, Object> recipe() {
    Map<String, Object> settings = new LinkedHashMap<>(open.identity(sets));
    settings.put("features", kinds);
    settings.put("learning rates", options.learningRates());
    settings.put("epochs", options.epochs());
    settings.put("batch size", options.batchSize());
    settings.put("validation", options.validation());
    settings.put("batch norm", options.normalised());
    settings.put("seed", options.seed());
    return settings;
  }
}
