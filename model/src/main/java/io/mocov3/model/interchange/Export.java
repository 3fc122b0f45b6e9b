package io.mocov3.model.interchange;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.mocov3.model.IoReason;
import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.safetensors.DType;
import io.mocov3.model.safetensors.SafetensorsWriter;
import io.mocov3.model.safetensors.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** A backbone for other libraries: its tensors, and the JSON files that they read beside them. */
public record Export(
    SequencedMap<String, TensorData> tensors, Map<String, Map<String, Object>> documents) {
  private static final String CONFIG = "config.json";
  private static final String IMAGES = "pretrained_cfg";

  /** Writes {@code model.safetensors} and the JSON files into {@code folder}, which must exist. */
  public void write(Path folder) {
    SafetensorsWriter.write(
        folder.resolve(ImportedWeights.FILE_NAME), tensors, Map.of("format", "pt"));
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    documents.forEach(
        (name, document) -> {
          try {
            mapper.writeValue(folder.resolve(name).toFile(), document);
          } catch (IOException e) {
            throw new ModelException(
                folder.resolve(name) + ": could not be written: " + IoReason.of(e), e);
          }
        });
  }

  /**
   * For {@code timm.create_model("local-dir:...")}. {@code backbone}: tensors without prefix and
   * without the projector; {@code mean} and {@code std} per channel, of values between 0 and 1.
   *
   * @throws ModelException when timm has no such network
   */
  public static Export timm(
      BackboneConfig shape,
      SequencedMap<String, TensorData> backbone,
      List<Double> mean,
      List<Double> std) {
    Map<String, Object> config = new LinkedHashMap<>();
    SequencedMap<String, TensorData> tensors =
        switch (shape) {
          case VitConfig vit -> {
            config.put("architecture", "vit_small_patch16_224");
            config.put("model_args", timmArguments(vit));
            yield plainVit(vit, backbone, vit.pooling() != Pooling.CLS);
          }
          case ResNetConfig resNet -> {
            config.put("architecture", "resnet" + resNet.depth());
            yield backbone;
          }
        };
    config.put("num_classes", 0);
    config.put("num_features", shape.width());
    Map<String, Object> images = new LinkedHashMap<>();
    images.put("input_size", List.of(3, shape.imageSize(), shape.imageSize()));
    images.put("fixed_input_size", shape instanceof VitConfig);
    images.put("interpolation", "bilinear");
    images.put("mean", mean);
    images.put("std", std);
    images.put("num_classes", 0);
    images.put("first_conv", shape instanceof VitConfig ? "patch_embed.proj" : "conv1");
    images.put("classifier", shape instanceof VitConfig ? "head" : "fc");
    config.put(IMAGES, images);
    return new Export(tensors, Map.of(CONFIG, config));
  }

  /**
   * The same network of timm with a classifier, whose tensors it has already.
   *
   * @param classes their names, in the order of the labels
   * @param crop share of an image's short side that evaluation looks at
   */
  public Export classifying(List<String> classes, double crop) {
    Map<String, Object> config = new LinkedHashMap<>(documents.get(CONFIG));
    Map<String, Object> images = new LinkedHashMap<>();
    ((Map<?, ?>) config.get(IMAGES)).forEach((key, value) -> images.put((String) key, value));
    for (Map<String, Object> place : List.of(config, images)) {
      place.put("num_classes", classes.size());
    }
    images.put("crop_pct", crop);
    images.put("crop_mode", "center");
    config.put("label_names", classes);
    config.put(IMAGES, images);
    return new Export(tensors, Map.of(CONFIG, config));
  }

  /**
   * For {@code ViTModel.from_pretrained(dir, add_pooling_layer=False)}; the feature is {@code
   * last_hidden_state[:, 0]}.
   *
   * @throws ModelException when transformers has no such network
   */
  public static Export huggingFace(
      BackboneConfig shape,
      SequencedMap<String, TensorData> backbone,
      List<Double> mean,
      List<Double> std) {
    if (!(shape instanceof VitConfig vit)
        || vit.stem() != Stem.PATCH
        || vit.pooling() != Pooling.CLS) {
      throw new ModelException(
          "the ViTModel of transformers needs a patch projection and pooling cls; export with"
              + " --format timm");
    }
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    plainVit(vit, backbone, false)
        .forEach(
            (name, tensor) -> {
              List<String> names = HuggingFaceNames.of(name);
              List<TensorData> parts =
                  names.size() == 1 ? List.of(tensor) : QueryKeyValue.split(tensor);
              for (int i = 0; i < names.size(); i++) {
                tensors.put(names.get(i), parts.get(i));
              }
            });
    if (vit.positionEmbedding() == PositionEmbeddingKind.NONE) {
      tensors.put(HuggingFaceNames.of("pos_embed").getFirst(), zeros(1, vit.tokens(), vit.width()));
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of("ViTModel"));
    config.put("model_type", "vit");
    config.put("hidden_size", vit.width());
    config.put("num_hidden_layers", vit.depth());
    config.put("num_attention_heads", vit.heads());
    config.put("intermediate_size", vit.width() * vit.mlpRatio());
    config.put("hidden_act", "gelu");
    config.put("hidden_dropout_prob", 0.0);
    config.put("attention_probs_dropout_prob", 0.0);
    config.put("layer_norm_eps", 1e-6);
    config.put("image_size", vit.imageSize());
    config.put("patch_size", vit.patchSize());
    config.put("num_channels", 3);
    config.put("qkv_bias", true);
    Map<String, Object> processor = new LinkedHashMap<>();
    processor.put("image_processor_type", "ViTImageProcessor");
    processor.put("do_resize", true);
    processor.put("size", Map.of("height", vit.imageSize(), "width", vit.imageSize()));
    processor.put("resample", 2);
    processor.put("do_rescale", true);
    processor.put("rescale_factor", 1 / 255.0);
    processor.put("do_normalize", true);
    processor.put("image_mean", mean);
    processor.put("image_std", std);
    return new Export(tensors, Map.of(CONFIG, config, "preprocessor_config.json", processor));
  }

  private static SequencedMap<String, TensorData> plainVit(
      VitConfig vit, SequencedMap<String, TensorData> backbone, boolean dropClassPosition) {
    if (vit.mlpNorm() == MlpNorm.BATCH) {
      throw new ModelException(
          "mlp-norm batch has no counterpart in timm or transformers, whose blocks have LayerNorm"
              + " there");
    }
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>(backbone);
    TensorData positions = tensors.get("pos_embed");
    if (dropClassPosition && positions != null) {
      tensors.put("pos_embed", Positions.withoutClassToken(positions));
    }
    if (vit.patchProjection() == PatchProjectionKind.WEIGHT_NORM) {
      FoldedProjection.foldWeightNorm(tensors);
    }
    if (vit.patchProjection() == PatchProjectionKind.BATCH_NORM) {
      FoldedProjection.foldBatchNorm(tensors);
    }
    return tensors;
  }

  private static Map<String, Object> timmArguments(VitConfig vit) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("img_size", vit.imageSize());
    arguments.put("patch_size", vit.patchSize());
    arguments.put("embed_dim", vit.width());
    arguments.put("depth", vit.depth());
    arguments.put("num_heads", vit.heads());
    arguments.put("mlp_ratio", vit.mlpRatio());
    if (vit.positionEmbedding() == PositionEmbeddingKind.NONE) {
      arguments.put("pos_embed", "none");
    }
    if (vit.pooling() != Pooling.CLS) {
      arguments.put("class_token", false);
      arguments.put("global_pool", "avg");
      arguments.put("fc_norm", false);
      arguments.put("final_norm", vit.pooling() == Pooling.MEAN);
    }
    return arguments;
  }

  private static TensorData zeros(long... shape) {
    int size = 4;
    for (long length : shape) {
      size = Math.multiplyExact(size, Math.toIntExact(length));
    }
    return new TensorData(DType.F32, shape, ByteBuffer.allocateDirect(size));
  }
}
