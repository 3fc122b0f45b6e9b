package io.mocov3.app.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  /** The experiment as a whole. */
  public Settings load() {
    return Settings.load(file, overrides);
  }
}
