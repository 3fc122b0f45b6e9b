package io.mocov3.app.settings;

import io.mocov3.app.conf.Presets;
import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import java.util.Optional;

/** Reads {@code model} and {@code method} into the model's own record. */
final class ModelSection {

  /** The families of backbones. */
  private enum Family {
    VIT,
    RESNET
  }

  private static final int MOST_LAYERS = 32;

  private ModelSection() {}

  static MethodConfig read(Section model, Section method) {
    HeadConfig projector = head(model.section("projector"));
    Section predictorSection = model.section("predictor");
    Optional<HeadConfig> predictor =
        predictorSection.integer("layers", 0, MOST_LAYERS) == 0
            ? Optional.empty()
            : Optional.of(head(predictorSection));
    predictorSection.check(
        "out",
        "equal to model.projector.out = " + projector.out(),
        predictor.isEmpty() || predictor.get().out() == projector.out());
    try {
      return MethodSection.read(method, backbone(model), projector, predictor);
    } catch (ModelException e) {
      throw model.refused(e.settings(), e.getMessage());
    }
  }

  private static BackboneConfig backbone(Section model) {
    String presets = String.join(", ", Presets.names("model"));
    model.check(
        "preset", "one of " + presets, Presets.names("model").contains(model.text("preset")));
    int imageSize = model.integer("image-size", 1, 4096);
    return switch (model.choice("family", Family.class)) {
      case RESNET -> new ResNetConfig(model.integer("depth", 1, 1000), imageSize);
      case VIT ->
          new VitConfig(
              imageSize,
              model.integer("patch-size", 1, 4096),
              model.integer("width", 1, 12_288),
              model.integer("depth", 1, 1000),
              model.integer("heads", 1, 1024),
              model.integer("mlp-ratio", 1, 64),
              model.choice("patch-projection", PatchProjectionKind.class),
              model.choice("position-embedding", PositionEmbeddingKind.class),
              model.choice("pooling", Pooling.class),
              model.choice("stem", Stem.class),
              model.choice("mlp-norm", MlpNorm.class));
    };
  }

  private static HeadConfig head(Section head) {
    try {
      return new HeadConfig(
          head.integer("layers", 1, MOST_LAYERS),
          head.integer("hidden", 1, 65_536),
          head.integer("out", 1, 65_536),
          head.flag("batch-norm"),
          head.flag("final-batch-norm"));
    } catch (ModelException e) {
      throw head.refused(e.settings(), e.getMessage());
    }
  }
}
