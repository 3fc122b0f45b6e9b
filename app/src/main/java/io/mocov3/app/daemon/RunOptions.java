package io.mocov3.app.daemon;

import io.mocov3.app.settings.ExperimentOptions;
import io.mocov3.app.settings.Settings;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a training is asked on the command line, whether by one process or by several. */
public final class RunOptions {
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

  public Settings settings() {
    return experiment.load();
  }

  public Resumption.Request request() {
    return new Resumption.Request(anew, accepted);
  }

  /** The same on another command line. */
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>(experiment.arguments());
    accepted.forEach(change -> arguments.add("--accept=" + change.name().toLowerCase(Locale.ROOT)));
    if (anew) {
      arguments.add("--start-anew");
    }
    return arguments;
  }
}
