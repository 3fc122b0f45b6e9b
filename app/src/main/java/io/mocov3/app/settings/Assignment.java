package io.mocov3.app.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOriginFactory;
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
    if (equals < 1) {
      throw new SettingsException("--set " + override + ": must be of the form key=value");
    }
    String key = override.substring(0, equals).strip();
    String path = key.startsWith(Layers.ROOT + ".") ? key : Layers.ROOT + "." + key;
    return value(path, override.substring(equals + 1).strip(), "--set " + override);
  }

  /** The {@code CONFIG_FORCE_} variables, whose values are all text. */
  static Config ofEnvironment(Config variables) {
    Config result = ConfigFactory.empty();
    for (Map.Entry<String, ConfigValue> entry : variables.entrySet()) {
      ConfigValue variable = entry.getValue();
      String text = variable.unwrapped().toString();
      result =
          value(entry.getKey(), text.strip(), variable.origin().description()).withFallback(result);
    }
    return result;
  }

  private static Config value(String path, String text, String origin) {
    String quoted = "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    try {
      return ConfigFactory.parseString("value = " + (isHocon(text) ? text : quoted))
          .root()
          .get("value")
          .withOrigin(ConfigOriginFactory.newSimple(origin))
          .atPath(path);
    } catch (ConfigException e) {
      throw new SettingsException(origin + ": " + Layers.oneLine(e), e);
    }
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
