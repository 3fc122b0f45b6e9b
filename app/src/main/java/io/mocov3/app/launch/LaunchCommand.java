package io.mocov3.app.launch;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.daemon.RunOptions;
import io.mocov3.app.output.Signals;
import io.mocov3.app.plan.Plans;
import io.mocov3.app.settings.Settings;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mocov3 launch -n N CONF}: one training by several processes of this host. */
@Command(
    name = "launch",
    description =
        "Trains the run of an experiment with several processes of this host, one for each"
            + " device; the same command again resumes it, also with another number.",
    mixinStandardHelpOptions = true)
public final class LaunchCommand implements Callable<Integer> {
  public static final int MOST = 1024;

  @Option(
      names = {"-n", "--ranks"},
      required = true,
      paramLabel = "N",
      description = "How many processes.")
  private int size;

  @Mixin private RunOptions options;

  @Override
  public Integer call() throws InterruptedException {
    SettingsException.requireBetween("--ranks", size, 1, MOST);
    Settings settings = options.settings();
    Plans.requireDivisible(settings, size);
    List<String> arguments = new ArrayList<>(List.of("train"));
    arguments.addAll(options.arguments());
    PrintStream out = System.out;
    PrintStream err = System.err;
    LocalRanks ranks =
        LocalRanks.start(
            size,
            arguments,
            (rank, error, line) -> (error ? err : out).println("[rank " + rank + "] " + line));
    AtomicBoolean asked = new AtomicBoolean();
    Runnable stop = () -> stop(ranks, asked);
    Signals.on("TERM", stop);
    // from a terminal each rank gets its own
    Signals.on("INT", Boolean.getBoolean("mocov3.terminal") ? () -> {} : stop);
    Signals.on("HUP", stop);
    return LocalRanks.exitCode(ranks.await(settings.run().stopGrace()));
  }

  private static void stop(LocalRanks ranks, AtomicBoolean asked) {
    if (asked.compareAndSet(false, true)) {
      ranks.stop();
    } else {
      ranks.kill();
    }
  }
}
