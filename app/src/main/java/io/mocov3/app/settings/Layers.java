package io.mocov3.app.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Puts the layers of a configuration together: {@code --set} over {@code CONFIG_FORCE_...} over the
 * experiment file over the defaults. Unknown keys of any layer are refused.
 */
final class Layers {
  static final String ROOT = "mocov3";

  private Layers() {}

  static Config defaults() {
    return resource("reference.conf");
  }

  /** The resolved tree under {@value #ROOT}. */
  static Config load(Config experiment, List<String> overrides) {
    Config defaults = defaults().withOnlyPath(ROOT);
    UnknownKeys known = new UnknownKeys(defaults);
    Config result = checked(known, experiment).withFallback(defaults);
    Config environment = onlyRoot(ConfigFactory.systemEnvironmentOverrides());
    result = checked(known, environment).withFallback(result);
    for (String override : overrides) {
      result = checked(known, parseOverride(override)).withFallback(result);
    }
    try {
      return result.resolve().getConfig(ROOT);
    } catch (ConfigException e) {
      throw new SettingsException(oneLine(e), e);
    }
  }

  private static Config checked(UnknownKeys known, Config layer) {
    known.refuse(layer);
    return layer;
  }

  /** An experiment that is built in. */
  static Config resource(String name) {
    return ConfigFactory.parseResources(
        Layers.class.getClassLoader(), name, ConfigParseOptions.defaults().setAllowMissing(false));
  }

  static Config parse(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new SettingsException(file + " is not a file; give an experiment such as conf/*.conf");
    }
    try {
      return ConfigFactory.parseFile(file.toFile());
    } catch (ConfigException e) {
      throw new SettingsException(oneLine(e), e);
    }
  }

  private static Config parseOverride(String override) {
    int equals = override.indexOf('=');
    if (equals < 1) {
      throw new SettingsException("--set " + override + " is not of the form key=value");
    }
    String key = override.substring(0, equals).strip();
    String value = override.substring(equals + 1).strip();
    String path = key.startsWith(ROOT + ".") ? key : ROOT + "." + key;
    ConfigParseOptions origin =
        ConfigParseOptions.defaults().setOriginDescription("--set " + override);
    try {
      return ConfigFactory.parseString(path + " = " + (value.isEmpty() ? "\"\"" : value), origin);
    } catch (ConfigException.Parse e) {
      return ConfigFactory.parseString(path + " = \"" + quoted(value) + "\"", origin);
    } catch (ConfigException e) {
      throw new SettingsException(oneLine(e), e);
    }
  }

  private static String quoted(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static Config onlyRoot(Config config) {
    return config.hasPath(ROOT) ? config.withOnlyPath(ROOT) : ConfigFactory.empty();
  }

  private static String oneLine(ConfigException e) {
    return e.getMessage().lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
  }
}
