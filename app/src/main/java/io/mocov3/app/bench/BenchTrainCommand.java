package io.mocov3.app.bench;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.daemon.TrainingDaemon;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.app.settings.ExperimentOptions;
import io.mocov3.app.settings.Settings;
import io.mocov3.metrics.TrainingMetrics.Stage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 bench train CONF}: how fast the whole loop is, and where its time goes. */
@Command(
    name = "train",
    description = {
      "Trains some steps of an experiment in a folder that is thrown away, and tells where time went.",
      "The images, the probes and the number of workers are the experiment's."
    },
    mixinStandardHelpOptions = true)
public final class BenchTrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ExperimentOptions experiment;

  @Option(names = "--steps", defaultValue = "30", description = "Measured: ${DEFAULT-VALUE}.")
  private int steps;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "Before them, not measured: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--steps", steps, 1, 1_000_000);
    SettingsException.requireBetween("--warm-up", warmUp, 1, 1_000_000);
    Path folder = temporary();
    try {
      Settings settings =
          experiment.load(
              Settings.assignment("run.directory", folder.resolve("run")),
              "run.steps=" + (warmUp + steps),
              "checkpoint.every-steps=0",
              "http.enabled=false",
              "metrics.tensorboard=false");
      LoopTimes times = new LoopTimes(warmUp);
      ByteArrayOutputStream said = new ByteArrayOutputStream();
      int exit =
          new TrainingDaemon(settings, new PrintStream(said, true, StandardCharsets.UTF_8))
              .alsoTell(times)
              .run();
      if (exit == ExitCode.DONE) {
        print(times, settings.data().batchSize());
      } else {
        spec.commandLine().getErr().print(said.toString(StandardCharsets.UTF_8));
        spec.commandLine().getErr().flush();
      }
      return exit;
    } finally {
      delete(folder);
    }
  }

  private void print(LoopTimes times, int batch) {
    PrintWriter out = spec.commandLine().getOut();
    double loop = times.images() / times.wallSeconds();
    double step = times.images() / times.stepSeconds();
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("images_per_second", loop);
      document.put("step_images_per_second", step);
      document.put("batch", batch);
      document.put("steps", times.steps());
      document.put("wall_seconds", times.wallSeconds());
      document.put("stages", times.stageShares());
      document.put("evaluation", times.evaluationShare());
      document.put("seconds_an_image", times.imageSeconds());
      JsonOutput.print(out, document);
      return;
    }
    out.printf(
        Locale.ROOT,
        "%d steps of %d images: %.2f images/s, the steps alone %.2f%n",
        times.steps(),
        batch,
        loop,
        step);
    for (Stage stage : Stage.values()) {
      out.printf(
          Locale.ROOT,
          "  %-16s %6.2f %%%n",
          label(stage),
          100 * times.stageShares().get(label(stage)));
    }
    out.printf(
        Locale.ROOT, "  %-16s %6.2f %% beside them%n", "evaluation", 100 * times.evaluationShare());
    times
        .imageSeconds()
        .forEach(
            (name, seconds) ->
                out.printf(Locale.ROOT, "  %-16s %6.2f ms an image%n", name, 1000 * seconds));
    out.flush();
  }

  static String label(Enum<?> stage) {
    return stage.name().toLowerCase(Locale.ROOT);
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("mocov3-bench");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
