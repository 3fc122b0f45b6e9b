package io.mocov3.app.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.actors.evaluation.KnnProbe;
import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.bench.SpeedTest;
import io.mocov3.app.daemon.TrainingAssembly;
import io.mocov3.app.daemon.TrainingDaemon;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.features.NeighbourPicture;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.RunException;
import io.mocov3.app.plan.Probes;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.weights.RunWeights;
import io.mocov3.model.device.Threads;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.Pixels;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** The built-in experiment from images to picture. */
final class Quickstart {

  /** On a slow machine learning takes longer than asked rather than failing to show. */
  private static final long FEWEST_STEPS = 150;

  /** {@code steps} of 0 takes {@code minutes}. */
  record Options(double minutes, long steps, long seed, Path data, Path runs) {}

  /** Accuracies lie between 0 and 1; they mean nothing when the exit code is not 0. */
  record Result(
      int exitCode,
      double rawPixels,
      double untrained,
      double trained,
      double seconds,
      double imagesPerSecond,
      Path run,
      Path picture) {}

  private final Options options;
  private final PrintStream err;

  Quickstart(Options options, PrintStream err) {
    this.options = options;
    this.err = err;
  }

  Result run() {
    Path run =
        options
            .runs()
            .resolve(
                "quickstart-"
                    + LocalDateTime.now(java.time.ZoneId.systemDefault())
                        .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")));
    Settings settings = settings(run, 0);
    Threads.configure(settings.threads());
    err.println("images: " + options.data());
    try (DataSets data = DataSets.open(settings.data())) {
      TrainingAssembly assembly = new TrainingAssembly(settings, data);
      LabelledSets sets = Probes.test(settings, data).orElseThrow();
      double rawPixels = rawPixels(assembly, settings, sets);
      long steps = options.steps() > 0 ? options.steps() : stepsWithin(assembly, settings);
      long begin = System.nanoTime();
      int exitCode = new TrainingDaemon(settings(run, steps), err).run();
      double seconds = (System.nanoTime() - begin) / 1e9;
      Path picture = run.resolve("neighbours.png");
      if (exitCode != ExitCode.DONE) {
        return new Result(exitCode, rawPixels, 0, 0, seconds, 0, run, picture);
      }
      draw(assembly, sets, run, picture);
      Path report = run.resolve("report.html");
      Reports.write(List.of(run), report, true, new PrintWriter(err, true, StandardCharsets.UTF_8));
      err.println("report: " + report);
      List<Double> curve = accuracies(run);
      double imagesPerSecond = steps * settings.data().batchSize() / seconds;
      return new Result(
          exitCode,
          rawPixels,
          curve.getFirst(),
          curve.getLast(),
          seconds,
          imagesPerSecond,
          run,
          picture);
    }
  }

  private Settings settings(Path run, long steps) {
    List<String> overrides = new ArrayList<>();
    overrides.add(Settings.assignment("run.directory", run));
    overrides.add("run.seed=" + options.seed());
    overrides.add(Settings.assignment("data.train", options.data().resolve("train")));
    overrides.add(Settings.assignment("data.test", options.data().resolve("test")));
    if (steps > 0) {
      overrides.add("run.steps=" + steps);
      overrides.add("evaluation.knn.every-steps=" + Math.max(1, steps / 4));
    }
    return Settings.loadResource("quickstart.conf", overrides);
  }

  private double rawPixels(TrainingAssembly assembly, Settings settings, LabelledSets sets) {
    try (Pixels pixels = assembly.pixels();
        LabelledFeatures train = sets.features(sets.train(), LabelledFeatures::rawPixels, pixels);
        LabelledFeatures test = sets.features(sets.test(), LabelledFeatures::rawPixels, pixels)) {
      double accuracy =
          new KnnProbe(settings.knn().settings())
              .accuracies(sets, train, test)
              .getFirst()
              .accuracy();
      err.printf("kNN of raw pixels: %.1f %%%n", 100 * accuracy);
      return accuracy;
    }
  }

  private long stepsWithin(TrainingAssembly assembly, Settings settings) {
    double perStep = SpeedTest.secondsPerStep(assembly, settings);
    long steps = Math.max(FEWEST_STEPS, Math.round(60 * options.minutes() / perStep));
    err.printf(
        "this machine does about %.0f images/s: %d steps in %.1f minutes%n",
        settings.data().batchSize() / perStep, steps, steps * perStep / 60);
    return steps;
  }

  private void draw(TrainingAssembly assembly, LabelledSets sets, Path run, Path picture) {
    try (Encoder encoder = assembly.encoder();
        Pixels pixels = assembly.pixels()) {
      RunWeights.loadNewest(run, encoder, new PrintWriter(err, true, StandardCharsets.UTF_8));
      NeighbourPicture.write(picture, sets, encoder, pixels);
    }
  }

  private static List<Double> accuracies(Path run) {
    ObjectMapper mapper = new ObjectMapper();
    List<Double> accuracies = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
        JsonNode object = mapper.readTree(line);
        if (object.path("type").asText().equals("knn")
            && object.path("source").asText().equals(KnnProbe.SOURCE)) {
          accuracies.add(object.path("accuracy").asDouble());
        }
      }
    } catch (IOException e) {
      throw new RunException(run + "/metrics.jsonl cannot be read: " + e.getMessage(), e);
    }
    return accuracies;
  }
}
