package io.mocov3.app.train;

import io.mocov3.actors.TrainingPlan;
import io.mocov3.app.ExitCode;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.settings.ExperimentOptions;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.ContrastiveLoss;
import io.mocov3.model.MoCoV3;
import io.mocov3.model.Threads;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mocov3 doctor CONF}: what can be known before the first step. */
@Command(
    name = "doctor",
    description = "Checks an experiment before its first step.",
    mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
  /** Below this batch size BatchNorm and the negatives of the loss get too few samples. */
  private static final int SMALL_BATCH = 64;

  @Spec private CommandSpec spec;
  @Mixin private ExperimentOptions experiment;

  @Override
  public Integer call() {
    Settings settings = experiment.load();
    Threads.configure(settings.threads());
    say("java", System.getProperty("java.runtime.version"));
    say("processors", Runtime.getRuntime().availableProcessors() + ", libtorch " + Threads.count());
    long begin = System.nanoTime();
    try (DataSets data = DataSets.open(settings)) {
      double opening = (System.nanoTime() - begin) / 1e9;
      TrainingAssembly assembly = new TrainingAssembly(settings, data);
      TrainingPlan plan = assembly.plan();
      say("device", assembly.placement().device());
      say(
          "data",
          String.format(
              Locale.ROOT,
              "%d training images in %d classes, %s, opened in %.2f s",
              data.train().size(),
              data.train().classNames().size(),
              data.test().map(test -> test.size() + " test images").orElse("no test images"),
              opening));
      say(
          "length",
          "%d steps of %d images, %.2f epochs"
              .formatted(
                  plan.steps(), plan.batchSize(), (double) plan.steps() / plan.stepsPerEpoch()));
      model(assembly, settings);
      say(
          "first loss",
          "about %.3f (4 tau ln N, features that tell nothing)"
              .formatted(
                  ContrastiveLoss.atChance(settings.model().temperature(), plan.batchSize())));
      writable(settings.run().directory());
      if (plan.batchSize() < SMALL_BATCH) {
        say("warning", "data.batch-size %d is small for BatchNorm".formatted(plan.batchSize()));
      }
      if (settings.schedule().warmupEpochs() * plan.stepsPerEpoch() >= plan.steps()) {
        say("warning", "schedule.warmup-epochs takes the whole run; the rate never falls");
      }
    }
    return ExitCode.DONE;
  }

  private void model(TrainingAssembly assembly, Settings settings) {
    try (MoCoV3 model = assembly.model()) {
      long parameters = model.base().weights().parameters().stream().mapToLong(Tensor::numel).sum();
      long state =
          model.tensors().values().stream().mapToLong(Tensor::nbytes).sum()
              + model.optimizer().state().values().stream().mapToLong(Tensor::nbytes).sum();
      long buffer =
          3L
              * 2
              * settings.data().batchSize()
              * settings.model().backbone().imageSize()
              * settings.model().backbone().imageSize();
      say(
          "parameters",
          String.format(Locale.ROOT, "%.2f million in the base encoder", parameters / 1e6));
      say(
          "memory",
          "weights and moments %s, batch buffers %s"
              .formatted(megabytes(state), megabytes(buffer * settings.data().buffers())));
    }
  }

  private void writable(Path directory) {
    Path existing = directory.toAbsolutePath();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    boolean writable = Files.isDirectory(existing) && Files.isWritable(existing);
    say("run directory", directory + (writable ? " can be written" : " CANNOT be written"));
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  private void say(String what, String text) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%-14s %s%n", what, text);
    out.flush();
  }
}
