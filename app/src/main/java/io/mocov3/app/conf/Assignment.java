package io.mocov3.app.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Map;

/**
 * Reads one value that stands over the experiment file. Numbers, lists, quoted text and
 * substitutions are HOCON; anything else is the text as it is, so that paths need no quotes.
 */
final class Assignment {
  private static final String STARTS_OF_HOCON = "[{\"";

  private Assignment() {}

  /** A {@code key=value} of the command line; the key may have the root in front. */
  static Config of(String override) {
    int equals = override.indexOf('=');
    String origin = "--set " + override;
    String key = override.substring(0, Math.max(0, equals)).strip();
    if (key.isEmpty()) {
      throw new SettingsException(
          (override.isBlank() ? "--set \"" + override + "\"" : origin)
              + ": must be of the form key=value");
    }
    if (!key.matches("[\\p{L}\\p{N}_-]+(\\.[\\p{L}\\p{N}_-]+)*")) {
      throw new SettingsException(
          origin + ": \"" + key + "\" is no key; keys are names with dots between, as run.seed");
    }
    String path =
        key.equals(Layers.ROOT) || key.startsWith(Layers.ROOT + ".")
            ? key
            : Layers.ROOT + "." + key;
    return value(path, override.substring(equals + 1).strip(), origin);
  }

  /** The {@code CONFIG_FORCE_} variables, whose values are all text. */
  static Config ofEnvironment(Config variables) {
    Config result = ConfigFactory.empty();
    for (Map.Entry<String, ConfigValue> entry : variables.entrySet()) {
      String text = entry.getValue().unwrapped().toString();
      result = value(entry.getKey(), text.strip(), variable(entry.getKey())).withFallback(result);
    }
    return result;
  }

  private static String variable(String path) {
    return "CONFIG_FORCE_" + path.replace("_", "___").replace("-", "__").replace(".", "_");
  }

  private static Config value(String path, String text, String origin) {
    String value = isHocon(text) ? text : ConfigUtil.quoteString(text);
    try {
      return ConfigFactory.parseString("value = " + value, options(origin))
          .root()
          .get("value")
          .withOrigin(ConfigOriginFactory.newSimple(origin))
          .atPath(path);
    } catch (ConfigException e) {
      throw new SettingsException(Layers.oneLine(e), e);
    } catch (StackOverflowError e) {
      throw new SettingsException(origin + ": sections or lists are nested too deeply", e);
    }
  }

  private static ConfigParseOptions options(String origin) {
    return ConfigParseOptions.defaults()
        .setOriginDescription(origin)
        .setIncluder(new NoIncludes(origin));
  }

  private static boolean isHocon(String text) {
    if (text.isEmpty()) {
      return false;
    }
    if (STARTS_OF_HOCON.indexOf(text.charAt(0)) >= 0 || text.contains("${")) {
      return true;
    }
    if (text.contains("//") || text.contains("#") || text.contains("\n")) {
      return false;
    }
    try {
      Config parsed = ConfigFactory.parseString("value = " + text);
      return parsed.entrySet().size() == 1
          && parsed.getValue("value").valueType() != ConfigValueType.STRING;
    } catch (ConfigException e) {
      return false;
    }
  }
}
