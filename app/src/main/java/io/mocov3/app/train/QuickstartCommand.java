package io.mocov3.app.train;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.JsonOutput;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 quickstart}: shows in minutes, on any CPU, that self-supervised training works. */
@Command(
    name = "quickstart",
    description =
        "Trains a small ViT on built-in images and shows what it learned, without labels, in"
            + " minutes.",
    mixinStandardHelpOptions = true)
public final class QuickstartCommand implements Callable<Integer> {
  /** A week. */
  private static final int LONGEST = 7 * 24 * 60;

  @Spec private CommandSpec spec;

  @Option(
      names = "--minutes",
      defaultValue = "2",
      description =
          "Time for training; the number of steps follows from the machine's speed. "
              + "Default: ${DEFAULT-VALUE}.")
  private double minutes;

  @Option(
      names = "--steps",
      defaultValue = "0",
      description = "A fixed number of steps instead of a time.")
  private long steps;

  @Option(names = "--seed", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--data",
      defaultValue = "data/shapes",
      description = "Where the built-in images are or go. Default: ${DEFAULT-VALUE}.")
  private Path data;

  @Option(
      names = "--runs",
      defaultValue = "runs",
      description = "Where the run's directory goes. Default: ${DEFAULT-VALUE}.")
  private Path runs;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--steps", steps, 0, 1_000_000_000);
    if (!(minutes > 0 && minutes <= LONGEST)) {
      throw new SettingsException(
          "--minutes is %s; it must be greater than 0 and at most %d".formatted(minutes, LONGEST));
    }
    Quickstart.Result result =
        new Quickstart(new Quickstart.Options(minutes, steps, seed, data, runs), System.err).run();
    if (result.exitCode() != 0) {
      return result.exitCode();
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("raw_pixels", result.rawPixels());
      document.put("untrained", result.untrained());
      document.put("trained", result.trained());
      document.put("seconds", result.seconds());
      document.put("images_per_second", result.imagesPerSecond());
      document.put("run", result.run().toString());
      JsonOutput.print(out, document);
    } else {
      out.printf("%nkNN accuracy on 2,000 test images the training never saw (chance: 10 %%)%n");
      out.printf("  raw pixels          %5.1f %%%n", 100 * result.rawPixels());
      out.printf("  untrained encoder   %5.1f %%%n", 100 * result.untrained());
      out.printf("  trained encoder     %5.1f %%%n", 100 * result.trained());
      out.printf(
          "%ntrained without labels in %.0f s at %.0f images/s%n",
          result.seconds(), result.imagesPerSecond());
      out.printf("pictures and their nearest neighbours: %s%n", result.picture());
      out.printf("run directory: %s%n", result.run());
      out.flush();
    }
    return 0;
  }
}
