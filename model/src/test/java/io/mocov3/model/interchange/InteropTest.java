package io.mocov3.model.interchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.finetune.Classifier;
import io.mocov3.model.finetune.FineTuning;
import io.mocov3.model.finetune.FineTuning.Which;
import io.mocov3.model.finetune.FineTuningConfig;
import io.mocov3.model.finetune.Mixing;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.SafetensorsWriter;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.TensorCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real timm and transformers load what we export and compute our features, and we load what they
 * save. Run by {@code -Pinterop -Dmocov3.python=...} with a Python that has requirements.txt.
 */
@Tag("interop")
class InteropTest {
  private static final double TOLERANCE = 1e-4;
  private static final Path SCRIPT = Path.of("src/test/python/interop.py");

  @TempDir private Path dir;

  @Test
  void theirLibrariesComputeOurFeaturesFromOurExport() throws Exception {
    String python = python();
    for (Map.Entry<String, BackboneConfig> shape : InterchangeModels.shapes().entrySet()) {
      export(dir.resolve(shape.getKey()), shape.getValue());
      exportTuned(dir.resolve("tuned-" + shape.getKey()), shape.getValue());
    }

    run(python, "check");
  }

  @Test
  void weComputeTheirFeaturesFromWhatTheySave() throws Exception {
    run(python(), "make");

    Map<String, Double> differences = new TreeMap<>();
    try (var cases = Files.list(dir)) {
      for (Path folder : cases.toList()) {
        differences.put(folder.getFileName().toString(), difference(folder));
      }
    }
    System.out.println("largest differences: " + differences);
    assertThat(differences)
        .hasSize(5)
        .allSatisfy((name, difference) -> assertThat(difference).isLessThan(TOLERANCE));
  }

  private static void export(Path folder, BackboneConfig shape) throws IOException {
    Files.createDirectories(folder.resolve("timm"));
    try (PointerScope scope = new PointerScope();
        Encoder encoder = InterchangeModels.trained(shape)) {
      Tensor images = InterchangeModels.images(3, shape.imageSize());
      SafetensorsWriter.write(
          folder.resolve("io.safetensors"),
          new java.util.LinkedHashMap<>(
              Map.of(
                  "images", TensorCodec.toData(images),
                  "features", TensorCodec.toData(encoder.features(images)))),
          Map.of());
      SequencedMap<String, TensorData> backbone = InterchangeModels.backbone(encoder, shape);
      List<Double> halves = List.of(0.5, 0.5, 0.5);
      Export.timm(shape, backbone, halves, halves).write(folder.resolve("timm"));
      if (InterchangeModels.fitsTransformers(shape)) {
        Files.createDirectories(folder.resolve("huggingface"));
        Export.huggingFace(shape, backbone, halves, halves).write(folder.resolve("huggingface"));
      }
    }
  }

  /** A classifier after two steps, whose logits are compared. */
  private static void exportTuned(Path folder, BackboneConfig shape) throws IOException {
    Files.createDirectories(folder.resolve("timm"));
    FineTuningConfig config =
        new FineTuningConfig(new Mixing(0, 0, 0.1), 0, 1, 0.05, 0, 1, Precision.FP32);
    try (PointerScope scope = new PointerScope();
        Encoder encoder = InterchangeModels.trained(shape);
        FineTuning tuning = new FineTuning(shape, encoder.weights(), 3, config, Placement.CPU, 1)) {
      Tensor images = InterchangeModels.images(3, shape.imageSize());
      for (int step = 0; step < 2; step++) {
        tuning.run(() -> images, new long[] {0, 1, 2}, step, 1e-3);
      }
      SafetensorsWriter.write(
          folder.resolve("io.safetensors"),
          new java.util.LinkedHashMap<>(
              Map.of(
                  "images", TensorCodec.toData(images),
                  "features", TensorCodec.toData(tuning.logits(Which.TRAINED, images)))),
          Map.of());
      List<Double> halves = List.of(0.5, 0.5, 0.5);
      Export.timm(Classifier.unfrozen(shape), tuning.tensors(Which.TRAINED), halves, halves)
          .classifying(List.of("a", "b", "c"), 0.875)
          .write(folder.resolve("timm"));
    }
  }

  private static double difference(Path folder) {
    try (PointerScope scope = new PointerScope();
        ImportedWeights weights = ImportedWeights.open(folder);
        SafetensorsFile io = SafetensorsFile.open(folder.resolve("io.safetensors"))) {
      Map<String, Object> description = ModelDescription.of(weights, OptionalInt.of(4));
      MoCoV3Config config = InterchangeModels.described(description);
      try (Encoder encoder = InterchangeModels.empty(config)) {
        WeightLoader.load(weights, encoder);
        Tensor ours = encoder.features(TensorCodec.toTensor(io.get("images")));
        return ours.sub(TensorCodec.toTensor(io.get("features"))).abs().max().item_double();
      }
    }
  }

  private void run(String python, String mode) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(python, SCRIPT.toString(), mode, dir.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    System.out.println(output.strip());
    assertThat(code).as(output).isZero();
  }

  private static String python() {
    String python = System.getProperty("mocov3.python", "");
    assumeTrue(!python.isEmpty(), "no -Dmocov3.python with timm and transformers was given");
    return python;
  }
}
