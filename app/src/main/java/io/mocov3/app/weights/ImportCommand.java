package io.mocov3.app.weights;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.IoReason;
import io.mocov3.model.interchange.ImportedWeights;
import io.mocov3.model.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 import}: weights of other libraries under our names. */
@Command(
    name = "import",
    description =
        "Converts weights of the reference, timm or transformers; train and eval read both.",
    mixinStandardHelpOptions = true)
public final class ImportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--weights",
      required = true,
      paramLabel = "FILE|DIR",
      description = "A safetensors file, or a folder with model.safetensors.")
  private Path weights;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A folder for model.safetensors and model.conf, to be included by experiments.")
  private Path out;

  @Option(
      names = "--heads",
      paramLabel = "N",
      description = "Attention heads, which no tensor tells; from config.json, or the paper's.")
  private Integer heads;

  @Override
  public Integer call() {
    OutputFolder.check(out);
    if (heads != null) {
      SettingsException.requireBetween("--heads", heads, 1, 1024);
    }
    try (ImportedWeights imported = ImportedWeights.open(weights)) {
      OptionalInt given = heads == null ? OptionalInt.empty() : OptionalInt.of(heads);
      Map<String, Object> keys = ImportedExperiment.keys(imported, given);
      Settings.of(ImportedExperiment.conf(keys, weights), List.of());
      Path file = out.resolve(ImportedWeights.FILE_NAME);
      Config conf =
          ImportedExperiment.conf(keys, weights)
              .withValue(
                  "mocov3.model.init-from",
                  ConfigValueFactory.fromAnyRef(file.toAbsolutePath().normalize().toString()));
      OutputFolder.create(out);
      SafetensorsWriter.write(file, imported.tensors(), Map.of("format", "pt"));
      write(out.resolve("model.conf"), conf);
      PrintWriter line = spec.commandLine().getOut();
      line.printf(
          "%s: %d tensors from %s names%s%n",
          out,
          imported.tensors().size(),
          imported.layout().name().toLowerCase(Locale.ROOT),
          imported.ignored().isEmpty()
              ? ""
              : ", without " + Escaped.text(shown(imported.ignored())));
      keys.forEach((key, value) -> line.printf("  %s = %s%n", key, Escaped.text(value.toString())));
      line.flush();
    }
    return ExitCode.DONE;
  }

  private void write(Path file, Config conf) {
    String text =
        "# The network of "
            + weights.toAbsolutePath().normalize()
            + "\n"
            + conf.root()
                .render(
                    ConfigRenderOptions.defaults()
                        .setOriginComments(false)
                        .setComments(false)
                        .setJson(false));
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new SettingsException(file + " could not be written: " + IoReason.of(e), e);
    }
  }

  private static String shown(List<String> names) {
    return names.size() <= 3
        ? String.join(", ", names)
        : "%s and %d more".formatted(String.join(", ", names.subList(0, 3)), names.size() - 3);
  }
}
