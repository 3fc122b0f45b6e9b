package io.mocov3.app.bench;

import com.typesafe.config.ConfigFactory;
import io.mocov3.app.bench.StepBenchmark.Result;
import io.mocov3.app.bench.StepBenchmark.Times;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.device.Threads;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 bench step}: how fast a network trains, and what watching it costs. */
@Command(
    name = "step",
    description = {
      "Times training steps on noise: one without diagnostics and one with them, in turn.",
      "Data is not part of it; see bench data."
    },
    mixinStandardHelpOptions = true)
public final class BenchStepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--model", defaultValue = "vit-small", description = "${DEFAULT-VALUE}")
  private String model;

  @Option(names = "--image-size", defaultValue = "224", description = "${DEFAULT-VALUE}")
  private int imageSize;

  @Option(names = "--batch", defaultValue = "8", description = "${DEFAULT-VALUE}")
  private int batch;

  @Option(names = "--steps", defaultValue = "10", description = "Of each kind: ${DEFAULT-VALUE}")
  private int steps;

  @Option(names = "--threads", defaultValue = "0", description = "0 takes all cores.")
  private int threads;

  @Option(
      names = "--precision",
      defaultValue = "fp32",
      description = "fp32, tf32, bf16 or bf16-residual.")
  private String precision;

  @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N.")
  private String device;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any other key of an experiment.")
  private List<String> overrides = List.of();

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--steps", steps, 1, 1_000_000);
    Settings settings = settings();
    Threads.configure(settings.threads());
    Result result = new StepBenchmark(settings).run(steps);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonOutput.print(out, document(result));
    } else {
      print(out, result);
    }
    return 0;
  }

  private Settings settings() {
    List<String> keys =
        new ArrayList<>(
            List.of(
                Settings.assignment("model.preset", model),
                "model.image-size=" + imageSize,
                "data.batch-size=" + batch,
                "threads=" + threads,
                Settings.assignment("precision", precision),
                Settings.assignment("device", device)));
    keys.addAll(overrides);
    return Settings.of(ConfigFactory.empty(), keys);
  }

  private Map<String, Object> document(Result result) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("images_per_second", batch / result.plain().median());
    document.put("step_seconds", seconds(result.plain()));
    document.put("watched_step_seconds", seconds(result.watched()));
    document.put("diagnostics_overhead", result.overhead());
    document.put("live_probe_seconds", result.probeSeconds());
    document.put("live_probe_every_steps", result.probeEverySteps());
    document.put("stages", result.stages());
    result
        .flopPerImage()
        .ifPresent(
            flop -> {
              document.put("flop_per_image", flop);
              document.put("flop_per_second", flop * batch / result.plain().median());
            });
    result
        .deviceMemory()
        .ifPresent(memory -> document.put("device_memory_peak_bytes", memory.peak()));
    document.put("model", model);
    document.put("batch", batch);
    document.put("image_size", imageSize);
    document.put("precision", precision);
    document.put("device", result.device());
    document.put("threads", Threads.count());
    return document;
  }

  private static Map<String, Object> seconds(Times times) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("min", times.min());
    map.put("median", times.median());
    map.put("max", times.max());
    return map;
  }

  private void print(PrintWriter out, Result result) {
    out.printf(
        Locale.ROOT,
        "%s, %d pixels, batch %d, %s, %s, %d threads: %.2f images/s%n",
        model,
        imageSize,
        batch,
        precision,
        result.device(),
        Threads.count(),
        batch / result.plain().median());
    out.printf("%-14s %10s %10s %10s%n", "seconds a step", "min", "median", "max");
    row(out, "plain", result.plain());
    row(out, "watched", result.watched());
    out.printf(
        Locale.ROOT,
        "diagnostics cost %.2f %% of a step: %.2f %% at every step (median of pairs), and a live"
            + " probe with a look at health of %.3f s every %d steps%n",
        100 * result.overhead(),
        100 * result.everyStep(),
        result.probeSeconds(),
        result.probeEverySteps());
    result
        .stages()
        .forEach((name, value) -> out.printf(Locale.ROOT, "  %-16s %9.4f s%n", name, value));
    result
        .flopPerImage()
        .ifPresent(
            flop ->
                out.printf(
                    Locale.ROOT,
                    "%.2f GFLOP an image, %.3f TFLOP/s in matrix products%n",
                    flop / 1e9,
                    flop * batch / result.plain().median() / 1e12));
    result
        .deviceMemory()
        .ifPresent(
            memory ->
                out.printf(
                    Locale.ROOT, "%.2f GB of the GPU's memory at the peak%n", memory.peak() / 1e9));
    out.flush();
  }

  private static void row(PrintWriter out, String name, Times times) {
    out.printf(
        Locale.ROOT,
        "%-14s %10.4f %10.4f %10.4f%n",
        name,
        times.min(),
        times.median(),
        times.max());
  }
}
