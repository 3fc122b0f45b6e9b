package io.mocov3.app.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An experiment file and what is set over it. */
public final class ExperimentOptions {
  @Parameters(
      paramLabel = "CONF",
      description = "The experiment, such as conf/cifar10-vit-tiny.conf.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one key over the file; may be given many times.")
  private List<String> overrides = new ArrayList<>();

  /** The same on another command line. */
  public List<String> arguments() {
    return Stream.concat(
            overrides.stream().map(override -> "--set=" + override), Stream.of(file.toString()))
        .toList();
  }

  /** The experiment as a whole; {@code last} are assignments over all others. */
  public Settings load(String... last) {
    return Settings.load(file, Stream.concat(overrides.stream(), Arrays.stream(last)).toList());
  }
}
