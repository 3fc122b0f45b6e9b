package io.mocov3.app.settings;

import io.mocov3.model.HeadConfig;
import io.mocov3.model.MoCoV3Config;
import io.mocov3.model.ModelException;
import io.mocov3.model.PatchProjectionKind;
import io.mocov3.model.Pooling;
import io.mocov3.model.PositionEmbeddingKind;
import io.mocov3.model.VitConfig;

/** Reads {@code model} and the temperature into the model's own record. */
final class ModelSection {
  private ModelSection() {}

  static MoCoV3Config read(Section model, Section method) {
    HeadConfig projector = head(model.section("projector"));
    Section predictorSection = model.section("predictor");
    HeadConfig predictor = head(predictorSection);
    predictorSection.check(
        "out",
        "equal to model.projector.out = " + projector.out(),
        predictor.out() == projector.out());
    double temperature = method.number("temperature", 0, Double.MAX_VALUE);
    method.check("temperature", "greater than 0", temperature > 0);
    try {
      return new MoCoV3Config(backbone(model), projector, predictor, temperature);
    } catch (ModelException e) {
      throw new SettingsException("model: " + e.getMessage(), e);
    }
  }

  private static VitConfig backbone(Section model) {
    Preset preset = model.choice("preset", Preset.class);
    return new VitConfig(
        model.integer("image-size", 1),
        orPreset(model.integer("patch-size", 0), preset.patchSize),
        orPreset(model.integer("width", 0), preset.width),
        orPreset(model.integer("depth", 0), preset.depth),
        orPreset(model.integer("heads", 0), preset.heads),
        model.integer("mlp-ratio", 1),
        model.choice("patch-projection", PatchProjectionKind.class),
        model.choice("position-embedding", PositionEmbeddingKind.class),
        model.choice("pooling", Pooling.class));
  }

  private static HeadConfig head(Section head) {
    return new HeadConfig(
        head.integer("layers", 1),
        head.integer("hidden", 1),
        head.integer("out", 1),
        head.flag("batch-norm"),
        head.flag("final-batch-norm"));
  }

  private static int orPreset(int value, int preset) {
    return value == 0 ? preset : value;
  }
}
