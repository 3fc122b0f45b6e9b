package io.mocov3.app.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import io.mocov3.app.conf.SettingsException;
import java.util.Comparator;
import java.util.List;

/** What is said of a wrong value of one section: key, value, place and rule, in one line. */
record Mistakes(Config config, String path) {

  SettingsException wrong(String key, String rule) {
    return new SettingsException(
        config.root().containsKey(key)
            ? shown(key) + ": must be " + rule
            : full(key) + " is missing: must be " + rule);
  }

  /** A rule of the model between keys of this section: the one set last is shown. */
  SettingsException refused(List<String> keys, String message) {
    return keys.stream()
        .filter(config.root()::containsKey)
        .min(Comparator.comparingInt(this::rank))
        .map(key -> new SettingsException(shown(key) + ": " + message))
        .orElseGet(() -> new SettingsException(path + ": " + message));
  }

  /** The command line before files before what is built in. */
  private int rank(String key) {
    String origin = config.root().get(key).origin().description();
    return origin.startsWith("--set")
        ? 0
        : origin.matches("(reference|presets)\\.conf: \\d+") ? 2 : 1;
  }

  private String shown(String key) {
    ConfigValue value = config.root().get(key);
    return "%s = %s (%s)"
        .formatted(
            full(key), value.render(ConfigRenderOptions.concise()), value.origin().description());
  }

  String full(String key) {
    return path.isEmpty() ? key : path + "." + ConfigUtil.joinPath(key);
  }
}
