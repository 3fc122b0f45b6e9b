package io.mocov3.app.train;

import io.mocov3.app.daemon.FollowerDaemon;
import io.mocov3.app.daemon.RunOptions;
import io.mocov3.app.daemon.TrainingDaemon;
import io.mocov3.model.distributed.Ranks;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mocov3 train CONF}: trains, or goes on with, the run of an experiment. */
@Command(
    name = "train",
    description = "Trains the run of an experiment; the same command again resumes it.",
    mixinStandardHelpOptions = true)
public final class TrainCommand implements Callable<Integer> {
  @Mixin private RunOptions options;

  @Override
  public Integer call() {
    Ranks ranks = Ranks.of(System.getenv());
    return ranks.rank() == 0
        ? new TrainingDaemon(options.settings(), ranks, System.err).run(options.request())
        : new FollowerDaemon(options.settings(), ranks, System.err).run();
  }
}
