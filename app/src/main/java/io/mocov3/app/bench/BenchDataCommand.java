package io.mocov3.app.bench;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.data.SourceParameters;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.TwoViews;
import io.mocov3.augment.view.ViewBenchmark;
import io.mocov3.augment.view.ViewBenchmark.Rates;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 bench data DATA}. */
@Command(
    name = "data",
    description = "Images a second: decoding alone, and the whole way to two views in a batch.",
    mixinStandardHelpOptions = true)
public final class BenchDataCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SourceParameters data;

  @Option(names = "--threads", defaultValue = "0", description = "0 takes one for each core.")
  private int threads;

  @Option(names = "--image-size", defaultValue = "224", description = "${DEFAULT-VALUE}")
  private int size;

  @Option(
      names = "--images",
      defaultValue = "500",
      description = "The first so many of the set: ${DEFAULT-VALUE}")
  private int images;

  @Option(names = "--rounds", defaultValue = "7", description = "Counted: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(names = "--warm-up", defaultValue = "3", description = "Not counted: ${DEFAULT-VALUE}")
  private int warmUp;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--threads", threads, 0, 1024);
    SettingsException.requireBetween("--image-size", size, 1, 4096);
    SettingsException.requireBetween("--images", images, 1, 1_000_000);
    SettingsException.requireBetween("--rounds", rounds, 1, 1000);
    SettingsException.requireBetween("--warm-up", warmUp, 0, 1000);
    int all = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    try (ImageSource source = data.open()) {
      ViewBenchmark benchmark = new ViewBenchmark(source, images, TwoViews.paper(size));
      Rates one = benchmark.rates(1, warmUp, rounds);
      Rates many = all == 1 ? one : benchmark.rates(all, 1, rounds);
      Map<String, Double> stages = benchmark.stages(2);
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        JsonOutput.print(out, document(one, many, stages));
      } else {
        print(out, all == 1 ? List.of(one) : List.of(one, many), stages);
      }
    }
    return 0;
  }

  private Map<String, Object> document(Rates one, Rates many, Map<String, Double> stages) {
    Map<String, Object> document = rates(many);
    document.put("one_thread", rates(one));
    document.put("image_size", size);
    document.put("stages", stages);
    return document;
  }

  private static Map<String, Object> rates(Rates rates) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("threads", rates.threads());
    fields.put("decode_images_per_second", rates.decode());
    fields.put("two_views_images_per_second", rates.twoViews());
    fields.put("rounds", rates.rounds());
    return fields;
  }

  private static void print(PrintWriter out, List<Rates> all, Map<String, Double> stages) {
    out.printf("%-8s %14s %16s %8s%n", "threads", "decode", "two views", "ratio");
    for (Rates rates : all) {
      out.printf(
          Locale.ROOT,
          "%-8d %10.0f /s %12.0f /s %7.0f%%%n",
          rates.threads(),
          rates.decode(),
          rates.twoViews(),
          100 * rates.twoViews() / rates.decode());
    }
    out.printf("%nmicroseconds an image, both views together, one thread%n");
    stages.forEach(
        (name, seconds) -> out.printf(Locale.ROOT, "  %-16s %8.0f%n", name, 1e6 * seconds));
    out.flush();
  }
}
