package io.mocov3.app.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Puts the layers of a configuration together: {@code --set} over {@code CONFIG_FORCE_...} over the
 * experiment file over its presets over the defaults. A key of any layer that the defaults lack is
 * refused.
 */
public final class Layers {
  public static final String ROOT = "mocov3";
  private static final String DEFAULTS = "reference.conf";

  private Layers() {}

  public static Config defaults() {
    return resource(DEFAULTS);
  }

  /** The resolved tree under {@value #ROOT}. */
  public static Config load(Config experiment, List<String> overrides) {
    try {
      return load(experiment, ConfigFactory.systemEnvironmentOverrides(), overrides);
    } catch (ConfigException e) {
      throw new SettingsException("a variable CONFIG_FORCE_...: " + oneLine(e), e);
    }
  }

  public static Config load(Config experiment, Config environment, List<String> overrides) {
    Config defaults = defaults().withOnlyPath(ROOT);
    Config result = experiment;
    if (environment.hasPath(ROOT)) {
      result = Assignment.ofEnvironment(environment.withOnlyPath(ROOT)).withFallback(result);
    }
    for (String override : overrides) {
      result = Assignment.of(override).withFallback(result);
    }
    try {
      Config chosen = result.withFallback(defaults).resolve();
      new UnknownKeys(defaults).refuse(chosen);
      return result
          .withFallback(Presets.of(chosen))
          .withFallback(defaults)
          .resolve()
          .getConfig(ROOT);
    } catch (ConfigException e) {
      boolean ofDefaults = e.origin() != null && e.origin().description().startsWith(DEFAULTS);
      throw new SettingsException(
          ofDefaults ? "run.name must be text: run.directory is made of it" : oneLine(e), e);
    }
  }

  /** An experiment that is built in. */
  public static Config resource(String name) {
    return ConfigFactory.parseResources(
        Layers.class.getClassLoader(),
        name,
        ConfigParseOptions.defaults().setAllowMissing(false).setOriginDescription(name));
  }

  public static Config parse(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new SettingsException(file + " is not a file; give an experiment such as conf/*.conf");
    }
    return ExperimentFile.parse(file);
  }

  static String oneLine(ConfigException e) {
    return e.getMessage().lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
  }
}
