package io.mocov3.app.weights;

import com.typesafe.config.Config;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.settings.RunRecord;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.device.Placement;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.nn.EncoderRole;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which weights, and the experiment that describes their network. */
public final class WeightsOptions {
  private static final String RECIPE = "evaluation.finetune.recipe";
  private static final String FINE_TUNING = "mocov3.evaluation.finetune";

  @ArgGroup(multiplicity = "1")
  private Source source;

  /** Where the weights come from. */
  private static final class Source {
    @Option(names = "--run", paramLabel = "DIR", description = "A run: its newest checkpoint.")
    private Path run;

    @Option(
        names = "--weights",
        paramLabel = "FILE|DIR",
        description = "Weights of export, import, timm or transformers.")
    private Path file;
  }

  @Option(
      names = "--config",
      paramLabel = "CONF",
      description =
          "The experiment that describes the network; by default a run's own, or what the weights"
              + " tell.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one key of the experiment.")
  private List<String> overrides = new ArrayList<>();

  public Settings settings() {
    return settings(List.of());
  }

  /** The same with the caller's own assignments over those of the command line. */
  public Settings settings(List<String> own) {
    List<String> all = new ArrayList<>(overrides);
    all.addAll(own);
    if (config != null) {
      return Settings.load(config, all);
    }
    return source.run != null
        ? Settings.of(record(all), all)
        : Settings.of(ImportedExperiment.of(source.file), all);
  }

  /** A run's settings; a recipe that is chosen now comes with all of its numbers. */
  private Config record(List<String> assignments) {
    Config record = RunRecord.parse(source.run, "or name the experiment with --config");
    boolean chosen = assignments.stream().anyMatch(text -> text.startsWith(RECIPE));
    return chosen ? record.withoutPath(FINE_TUNING) : record;
  }

  /** The network of an experiment with the weights, which are named on {@code err}. */
  public Encoder encoder(Settings settings, Placement placement, PrintWriter err) {
    Encoder encoder =
        new Encoder(
            settings.model().backbone(),
            settings.model().projector(),
            placement,
            EncoderRole.EVALUATION,
            0,
            settings.step().precision());
    try {
      load(encoder, err);
      return encoder;
    } catch (RuntimeException e) {
      encoder.close();
      throw e;
    }
  }

  private void load(Encoder encoder, PrintWriter err) {
    if (source.run == null) {
      err.println(Escaped.text(RunWeights.loadFile(source.file, encoder)));
    } else {
      err.println("checkpoint of step " + RunWeights.loadNewest(source.run, encoder, err));
    }
    err.flush();
  }
}
