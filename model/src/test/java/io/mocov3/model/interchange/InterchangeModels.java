package io.mocov3.model.interchange;

import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.optim.AdamWConfig;
import io.mocov3.model.optim.DecayExclusion;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.StepConfig;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.ViewPair;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Small networks of every shape that can be exchanged. */
final class InterchangeModels {
  private static final HeadConfig HEAD = new HeadConfig(2, 24, 16, true, true);

  private InterchangeModels() {}

  static SequencedMap<String, BackboneConfig> shapes() {
    SequencedMap<String, BackboneConfig> shapes = new LinkedHashMap<>();
    shapes.put(
        "vit", vit(PatchProjectionKind.FROZEN_RANDOM, PositionEmbeddingKind.SINCOS, Pooling.CLS));
    shapes.put(
        "learned", vit(PatchProjectionKind.LEARNED, PositionEmbeddingKind.LEARNED, Pooling.CLS));
    shapes.put(
        "no-position",
        vit(PatchProjectionKind.FROZEN_RANDOM, PositionEmbeddingKind.NONE, Pooling.CLS));
    shapes.put(
        "batch-norm",
        vit(PatchProjectionKind.BATCH_NORM, PositionEmbeddingKind.SINCOS, Pooling.CLS));
    shapes.put(
        "weight-norm",
        vit(PatchProjectionKind.WEIGHT_NORM, PositionEmbeddingKind.SINCOS, Pooling.CLS));
    shapes.put(
        "mean", vit(PatchProjectionKind.LEARNED, PositionEmbeddingKind.SINCOS, Pooling.MEAN));
    shapes.put(
        "mean-no-norm",
        vit(PatchProjectionKind.LEARNED, PositionEmbeddingKind.SINCOS, Pooling.MEAN_NO_NORM));
    shapes.put(
        "conv",
        new VitConfig(
            64,
            16,
            48,
            2,
            4,
            4,
            PatchProjectionKind.LEARNED,
            PositionEmbeddingKind.SINCOS,
            Pooling.CLS,
            Stem.CONV,
            MlpNorm.LAYER));
    shapes.put("resnet-18", new ResNetConfig(18, 64));
    shapes.put("resnet-50", new ResNetConfig(50, 64));
    return shapes;
  }

  static boolean fitsTransformers(BackboneConfig shape) {
    return shape instanceof VitConfig vit
        && vit.stem() == Stem.PATCH
        && vit.pooling() == Pooling.CLS;
  }

  static VitConfig vit(
      PatchProjectionKind projection, PositionEmbeddingKind positions, Pooling pooling) {
    return new VitConfig(
        32, 8, 48, 2, 4, 4, projection, positions, pooling, Stem.PATCH, MlpNorm.LAYER);
  }

  static MoCoV3Config config(BackboneConfig shape) {
    return new MoCoV3Config(shape, HEAD, Optional.of(HEAD), 0.2);
  }

  static TrainingStep model(BackboneConfig shape, long seed) {
    return new TrainingStep(
        config(shape),
        new StepConfig(new AdamWConfig(0.9, 0.999, 1e-8, 0.1, DecayExclusion.NONE)),
        Placement.CPU,
        seed);
  }

  /** A network for evaluation after a few steps, so that running statistics are not the first. */
  static Encoder trained(BackboneConfig shape) {
    Encoder encoder = empty(config(shape));
    try (PointerScope scope = new PointerScope();
        TrainingStep model = model(shape, 1)) {
      train(model, shape, 3);
      TensorCodec.copyAll(
          TensorCodec.toData(model.base().weights().tensors()), encoder.weights().tensors());
    }
    return encoder;
  }

  static void train(TrainingStep model, BackboneConfig shape, int steps) {
    for (int step = 0; step < steps; step++) {
      try (PointerScope scope = new PointerScope()) {
        ViewPair views = new ViewPair(images(8, shape.imageSize()), images(8, shape.imageSize()));
        model.run(views, new Rates(1e-3, 0.9));
      }
    }
  }

  static Encoder empty(MoCoV3Config config) {
    return new Encoder(
        config.backbone(), config.projector(), Placement.CPU, EncoderRole.EVALUATION, 2);
  }

  static SequencedMap<String, TensorData> backbone(Encoder encoder, BackboneConfig shape) {
    SequencedMap<String, TensorData> backbone = TensorCodec.toData(encoder.weights().tensors());
    backbone.keySet().removeIf(name -> name.startsWith(shape.projectorName() + "."));
    return backbone;
  }

  /** (n, 3, size, size), the same at every call. */
  static Tensor images(int n, int size) {
    float[] values = new float[n * 3 * size * size];
    Random random = new Random(size);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() + 0.2f;
    }
    return Tensor.create(values, n, 3, size, size);
  }

  /** The network of a description, with heads of our own. */
  static MoCoV3Config described(Map<String, Object> keys) {
    int imageSize = (int) keys.get("image-size");
    if (keys.get("preset") instanceof String preset) {
      return config(new ResNetConfig(Integer.parseInt(preset.replace("resnet-", "")), imageSize));
    }
    return config(
        new VitConfig(
            imageSize,
            (int) keys.get("patch-size"),
            (int) keys.get("width"),
            (int) keys.get("depth"),
            (int) keys.get("heads"),
            (int) keys.get("mlp-ratio"),
            choice(PatchProjectionKind.class, keys.getOrDefault("patch-projection", "learned")),
            choice(PositionEmbeddingKind.class, keys.get("position-embedding")),
            choice(Pooling.class, keys.get("pooling")),
            choice(Stem.class, keys.get("stem")),
            choice(MlpNorm.class, keys.get("mlp-norm"))));
  }

  private static <E extends Enum<E>> E choice(Class<E> type, Object label) {
    return Enum.valueOf(type, label.toString().toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
