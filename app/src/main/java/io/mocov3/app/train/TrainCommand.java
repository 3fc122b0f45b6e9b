package io.mocov3.app.train;

import io.mocov3.app.settings.ExperimentOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mocov3 train CONF}: trains, or goes on with, the run of an experiment. */
@Command(
    name = "train",
    description = "Trains the run of an experiment; the same command again resumes it.",
    mixinStandardHelpOptions = true)
public final class TrainCommand implements Callable<Integer> {
  @Mixin private ExperimentOptions experiment;

  @Override
  public Integer call() {
    return new TrainingDaemon(experiment.load(), System.err).run();
  }
}
