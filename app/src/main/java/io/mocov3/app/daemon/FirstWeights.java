package io.mocov3.app.daemon;

import io.mocov3.app.settings.Settings;
import io.mocov3.model.ModelException;
import io.mocov3.model.interchange.ImportedWeights;
import io.mocov3.model.interchange.WeightLoader;
import io.mocov3.model.step.TrainingStep;
import java.util.Optional;

/** What a fresh run starts from, where that is not drawn at random. */
final class FirstWeights {
  private FirstWeights() {}

  /** Weights from elsewhere, where the experiment names some; says which, in one line. */
  static Optional<String> load(Settings settings, TrainingStep model) {
    return settings
        .initFrom()
        .map(
            path -> {
              try (ImportedWeights weights = ImportedWeights.open(path)) {
                return "initial weights from "
                    + path
                    + ": "
                    + WeightLoader.load(weights, model.tensors());
              } catch (ModelException e) {
                throw new ModelException("model.init-from: " + e.getMessage(), e);
              }
            });
  }
}
