package io.mocov3.app.bench;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Threads;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.evaluation.KnnClassifier.Setting;
import io.mocov3.model.evaluation.LabelledFeatures;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 bench knn}: how long the classifier itself takes. */
@Command(
    name = "knn",
    description = "Classifies random features by kNN, without any image.",
    mixinStandardHelpOptions = true)
final class BenchKnnCommand implements Callable<Integer> {
  private static final int MOST = 10_000_000;
  private static final int CLASSES = 1000;
  private static final double TEMPERATURE = 0.07;

  @Spec private CommandSpec spec;

  @Option(names = "--references", defaultValue = "50000", description = "${DEFAULT-VALUE}")
  private int references;

  @Option(names = "--queries", defaultValue = "10000", description = "${DEFAULT-VALUE}")
  private int queries;

  @Option(names = "--width", defaultValue = "384", description = "${DEFAULT-VALUE}")
  private int width;

  @Option(names = "--k", defaultValue = "200", description = "${DEFAULT-VALUE}")
  private int k;

  @Option(names = "--threads", defaultValue = "0", description = "0 takes one for each core.")
  private int threads;

  @Option(names = "--device", defaultValue = "cpu", description = "cpu, cuda:N or auto.")
  private String device;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--references", references, 1, MOST);
    SettingsException.requireBetween("--queries", queries, 1, MOST);
    SettingsException.requireBetween("--width", width, 1, 65_536);
    SettingsException.requireBetween("--k", k, 1, references);
    SettingsException.requireBetween("--threads", threads, 0, 1024);
    Threads.configure(threads);
    Placement placement = Placement.of(device, ScalarType.Float);
    try (LabelledFeatures known = LabelledFeatures.noise(references, width, CLASSES, placement);
        LabelledFeatures asked = LabelledFeatures.noise(queries, width, CLASSES, placement)) {
      long begin = System.nanoTime();
      try (KnnClassifier classifier = new KnnClassifier(known.blocks(), known.labels(), CLASSES)) {
        Setting setting = new Setting(k, TEMPERATURE);
        double accuracy = classifier.accuracies(asked, List.of(setting)).getOrDefault(setting, 0.0);
        print((System.nanoTime() - begin) / 1e9, accuracy, placement);
      }
    }
    return 0;
  }

  private void print(double seconds, double accuracy, Placement placement) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("seconds", seconds);
      document.put("accuracy", accuracy);
      document.put("references", references);
      document.put("queries", queries);
      document.put("width", width);
      document.put("k", k);
      document.put("device", placement.device());
      JsonOutput.print(out, document);
      return;
    }
    out.printf(
        Locale.ROOT,
        "%d queries among %d references of width %d, k = %d: %.2f s on %s%n",
        queries,
        references,
        width,
        k,
        seconds,
        placement.device());
    out.flush();
  }
}
