package io.mocov3.app.train;

import io.mocov3.actors.session.TrainingPlan;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.daemon.TrainingAssembly;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.launch.LaunchCommand;
import io.mocov3.app.memory.ContainerResources;
import io.mocov3.app.memory.MachineMemory;
import io.mocov3.app.memory.MemoryCheck;
import io.mocov3.app.memory.MemoryForecast;
import io.mocov3.app.memory.MemoryParts;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.app.plan.Plans;
import io.mocov3.app.settings.ExperimentOptions;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.DataException;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Threads;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 doctor CONF}: what can be known before the first step. */
@Command(
    name = "doctor",
    description = "Checks an experiment before its first step.",
    mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
  /** Below this batch size BatchNorm and the negatives of the loss get too few samples. */
  private static final int SMALL_BATCH = 64;

  /** Threads that feed the GPU: the trainer's and the momentum encoder's. */
  private static final int OWNERS_OF_THE_GPU = 2;

  @Spec private CommandSpec spec;
  @Mixin private ExperimentOptions experiment;

  @Option(
      names = {"-n", "--ranks"},
      paramLabel = "N",
      description = "For so many processes.")
  private int ranks = 1;

  @Option(
      names = "--per-host",
      paramLabel = "N",
      description = "How many of them a host has; all, unless given.")
  private int perHost;

  @ArgGroup private Output output = new Output();

  private static final class Output {
    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Option(
        names = "--kubernetes",
        description = "Prints requests and limits as a kustomize patch of the Job.")
    private boolean kubernetes;
  }

  /** What was found; what makes training impossible is in {@code obstacles}. */
  private final Map<String, Object> document = new LinkedHashMap<>();

  private final List<String> obstacles = new ArrayList<>();

  @Override
  public Integer call() {
    SettingsException.requireBetween("--ranks", ranks, 1, LaunchCommand.MOST);
    SettingsException.requireBetween("--per-host", perHost, 0, ranks);
    Settings settings = experiment.load();
    Plans.requireDivisible(settings, ranks);
    int neighbours = perHost == 0 ? ranks : perHost;
    Threads.configure(settings.threads());
    say("java", System.getProperty("java.runtime.version"));
    say("processors", Runtime.getRuntime().availableProcessors() + ", libtorch " + Threads.count());
    Placement placement = Placement.of(settings.device(), ScalarType.Float);
    say("device", placement.device());
    document.put("device", placement.device());
    if (settings.device().equals("auto")) {
      placement.unusedGpu().ifPresent(this::warn);
    }
    MemoryParts parts =
        new MemoryParts(settings, placement, data(settings).orElse(MemoryParts.Images.NONE));
    size(parts.model().parameters());
    MachineMemory machine = MachineMemory.ofThisProcess().sharedBy(neighbours);
    MemoryCheck check = new MemoryCheck(settings, parts, machine, ranks);
    memory(check);
    ranks(settings, neighbours);
    double loss = settings.model().lossAtChance(settings.data().batchSize());
    say(
        "first loss",
        String.format(Locale.ROOT, "about %.3f, of features that tell nothing", loss));
    document.put("first_loss", loss);
    if (!output.kubernetes) {
      // with it the Job's machine counts, not this one
      writable(settings.run().directory());
      if (!check.fits()) {
        obstacles.add(check.refusal());
      }
    }
    if (settings.data().batchSize() < SMALL_BATCH) {
      warn("data.batch-size %d is small for BatchNorm".formatted(settings.data().batchSize()));
    }
    document.put("obstacles", obstacles);
    PrintWriter out = spec.commandLine().getOut();
    if (output.json) {
      JsonOutput.print(out, document);
    }
    if (output.kubernetes && obstacles.isEmpty()) {
      out.print(resources(settings, placement, check.forecast()).patch());
      out.flush();
    }
    obstacles.forEach(line -> spec.commandLine().getErr().println("mocov3: " + line));
    return obstacles.isEmpty() ? ExitCode.DONE : ExitCode.USAGE;
  }

  /** Empty when the images cannot be opened, which leaves the rest worth knowing. */
  private Optional<MemoryParts.Images> data(Settings settings) {
    long begin = System.nanoTime();
    try (DataSets data = DataSets.open(settings)) {
      double opening = (System.nanoTime() - begin) / 1e9;
      TrainingPlan plan = new TrainingAssembly(settings, data).plan();
      say(
          "data",
          String.format(
              Locale.ROOT,
              "%d training images %s, %s, opened in %.2f s",
              data.train().size(),
              data.train().isLabelled()
                  ? "in %d classes".formatted(data.train().classNames().size())
                  : "without labels",
              data.test().map(test -> test.size() + " test images").orElse("no test images"),
              opening));
      say(
          "length",
          String.format(
              Locale.ROOT,
              "%d steps of %d images, %.2f epochs",
              plan.steps(),
              plan.batchSize(),
              (double) plan.steps() / plan.stepsPerEpoch()));
      document.put("steps", plan.steps());
      if (settings.schedule().warmupEpochs() * plan.stepsPerEpoch() >= plan.steps()) {
        warn("schedule.warmup-epochs takes the whole run; the rate never falls");
      }
      return Optional.of(TrainingAssembly.images(data));
    } catch (DataException | SettingsException e) {
      say("data", "cannot be used");
      obstacles.add(e.getMessage());
      return Optional.empty();
    }
  }

  private void ranks(Settings settings, int neighbours) {
    document.put("ranks", ranks);
    if (ranks > 1) {
      say(
          "ranks",
          "%d, %d on each host; each takes %d of the %d images of a step"
              .formatted(
                  ranks,
                  neighbours,
                  settings.data().batchSize() / ranks,
                  settings.data().batchSize()));
    }
    Plans.fetchedByAll(settings, Math.ceilDiv(ranks, neighbours)).ifPresent(this::warn);
  }

  private void size(long parameters) {
    say(
        "parameters",
        String.format(Locale.ROOT, "%.2f million in the base encoder", parameters / 1e6));
    document.put("parameters", parameters);
  }

  private void memory(MemoryCheck check) {
    MemoryForecast forecast = check.forecast();
    MachineMemory memory = check.memory();
    boolean fits = check.fits();
    say(
        "memory",
        "%s needed at the peak, %s of %s is free: %s"
            .formatted(
                MemoryForecast.gigabytes(forecast.needed()),
                MemoryForecast.gigabytes(memory.available()),
                memory.bound(),
                fits ? "it fits" : "IT DOES NOT FIT"));
    forecast.parts().stream()
        .filter(part -> part.bytes() > 0)
        .forEach(
            part ->
                say(
                    "",
                    "%10s  %s%s"
                        .formatted(
                            MemoryForecast.gigabytes(part.bytes()),
                            part.title(),
                            part.onDevice() ? ", on the GPU" : "")));
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("needed_bytes", forecast.needed());
    entry.put("needed_on_device_bytes", forecast.neededOnDevice());
    entry.put("available_bytes", memory.available());
    entry.put("bound", memory.bound());
    entry.put("parts", forecast.byName());
    document.put("memory", entry);
    document.put("fits", fits);
  }

  private static ContainerResources resources(
      Settings settings, Placement placement, MemoryForecast forecast) {
    int workers = settings.data().workers();
    int cpus =
        placement.isCuda() ? workers + OWNERS_OF_THE_GPU : Math.max(workers, Threads.count());
    return new ContainerResources(forecast.needed(), cpus, placement.isCuda());
  }

  private void writable(Path directory) {
    Path existing = directory.toAbsolutePath();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    boolean writable = Files.isDirectory(existing) && Files.isWritable(existing);
    say("run directory", directory + (writable ? " can be written" : " CANNOT be written"));
  }

  private void warn(String line) {
    say("warning", line);
  }

  private void say(String what, String text) {
    boolean aside = output.json || output.kubernetes;
    PrintWriter out = aside ? spec.commandLine().getErr() : spec.commandLine().getOut();
    out.printf("%-14s %s%n", what, text);
    out.flush();
  }
}
