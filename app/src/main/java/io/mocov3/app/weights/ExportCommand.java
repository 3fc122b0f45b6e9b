package io.mocov3.app.weights;

import io.mocov3.app.output.ExitCode;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Threads;
import io.mocov3.model.interchange.Export;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.TensorCodec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 export}: the backbone of the base encoder for other libraries. */
@Command(
    name = "export",
    description = "Writes a trained backbone for timm or transformers.",
    mixinStandardHelpOptions = true)
public final class ExportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private WeightsOptions weights;

  /** For whom. */
  enum Format {
    timm,
    huggingface
  }

  @Option(names = "--format", required = true, description = "${COMPLETION-CANDIDATES}.")
  private Format format;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A folder for model.safetensors and config.json.")
  private Path out;

  @Override
  public Integer call() {
    OutputFolder.check(out);
    Settings settings = weights.settings();
    Threads.configure(settings.threads());
    BackboneConfig shape = settings.model().backbone();
    PrintWriter err = spec.commandLine().getErr();
    try (Encoder encoder = weights.encoder(settings, Placement.CPU, err)) {
      SequencedMap<String, TensorData> backbone = backbone(encoder, shape);
      Export export =
          switch (format) {
            case timm -> Export.timm(shape, backbone, settings.mean(), settings.std());
            case huggingface ->
                Export.huggingFace(shape, backbone, settings.mean(), settings.std());
          };
      OutputFolder.create(out);
      export.write(out);
      PrintWriter line = spec.commandLine().getOut();
      line.printf(
          "%s: %d tensors for %s, %d features%s%n",
          out,
          export.tensors().size(),
          format,
          shape.width(),
          shape instanceof VitConfig vit ? ", " + vit.heads() + " attention heads" : "");
      line.flush();
    }
    return ExitCode.DONE;
  }

  private static SequencedMap<String, TensorData> backbone(Encoder encoder, BackboneConfig shape) {
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    encoder
        .weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (!name.startsWith(shape.projectorName() + ".")) {
                tensors.put(name, TensorCodec.toData(tensor));
              }
            });
    return tensors;
  }
}
