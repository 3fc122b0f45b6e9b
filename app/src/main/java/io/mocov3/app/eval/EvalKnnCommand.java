package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.KnnProbe;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.app.plan.Probes;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.weights.WeightsOptions;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Threads;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.tensor.Pixels;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 eval knn}: the weighted kNN classifier on backbone features. */
@Command(
    name = "knn",
    description = "Classifies test images by their nearest training images in feature space.",
    mixinStandardHelpOptions = true)
public final class EvalKnnCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private WeightsOptions weights;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A folder with train and test (or val); the experiment's data by default.")
  private Path data;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    Settings settings = settings();
    Threads.configure(settings.threads());
    Placement placement = Placement.of(settings.device(), ScalarType.Float);
    try (DataSets sets = DataSets.open(settings.data());
        Encoder encoder =
            new Encoder(
                settings.model().backbone(),
                settings.model().projector(),
                placement,
                EncoderRole.EVALUATION,
                0);
        Pixels pixels = new Pixels(placement, settings.mean(), settings.std())) {
      KnnProbe probe =
          Probes.knn(settings, sets)
              .orElseThrow(
                  () -> new SettingsException("data.test is empty; give --data DIR with test/"));
      weights.load(encoder, spec.commandLine().getErr());
      print(probe.run(encoder, pixels));
    }
    return 0;
  }

  private Settings settings() {
    List<String> own = new ArrayList<>();
    if (data != null) {
      own.add(Settings.assignment("data.train", data.resolve("train")));
      own.add(Settings.assignment("data.test", testFolder()));
      own.add("data.format=auto");
    }
    return weights.settings(own);
  }

  private Path testFolder() {
    Path val = data.resolve("val");
    return Files.isDirectory(val) && !Files.exists(data.resolve("test"))
        ? val
        : data.resolve("test");
  }

  private void print(List<KnnAccuracy> accuracies) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      List<Map<String, Object>> results = new ArrayList<>();
      for (KnnAccuracy accuracy : accuracies) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("k", accuracy.k());
        result.put("temperature", accuracy.temperature());
        result.put("accuracy", accuracy.accuracy());
        results.add(result);
      }
      JsonOutput.print(out, Map.of("results", results));
      return;
    }
    out.printf("%6s  %11s  %8s%n", "k", "temperature", "accuracy");
    for (KnnAccuracy accuracy : accuracies) {
      out.printf(
          "%6d  %11s  %7.2f %%%n", accuracy.k(), accuracy.temperature(), 100 * accuracy.accuracy());
    }
    out.flush();
  }
}
