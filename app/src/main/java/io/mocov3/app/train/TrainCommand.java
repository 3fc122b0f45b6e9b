package io.mocov3.app.train;

import io.mocov3.app.daemon.Resumption;
import io.mocov3.app.daemon.TrainingDaemon;
import io.mocov3.app.settings.ExperimentOptions;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mocov3 train CONF}: trains, or goes on with, the run of an experiment. */
@Command(
    name = "train",
    description = "Trains the run of an experiment; the same command again resumes it.",
    mixinStandardHelpOptions = true)
public final class TrainCommand implements Callable<Integer> {
  @Mixin private ExperimentOptions experiment;

  @Option(
      names = "--accept",
      split = ",",
      paramLabel = "CHANGE",
      description = "Goes on although this changed since the run began: length, data.")
  private Set<Resumption.Change> accepted = EnumSet.noneOf(Resumption.Change.class);

  @Option(
      names = "--start-anew",
      description =
          "Begins at step 0 and keeps what is in the run's directory in its folder aside.")
  private boolean anew;

  @Override
  public Integer call() {
    return new TrainingDaemon(experiment.load(), System.err)
        .run(new Resumption.Request(anew, accepted));
  }
}
