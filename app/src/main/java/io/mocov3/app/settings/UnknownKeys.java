package io.mocov3.app.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Refuses keys that the defaults do not have, with the nearest right spelling. */
final class UnknownKeys {
  private static final LevenshteinDistance DISTANCE = LevenshteinDistance.getDefaultInstance();

  private final Set<String> keys = new HashSet<>();
  private final Set<String> sections = new HashSet<>();

  UnknownKeys(Config defaults) {
    collect("", defaults.root());
  }

  private void collect(String prefix, ConfigObject object) {
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      String path = join(prefix, entry.getKey());
      if (entry.getValue() instanceof ConfigObject section) {
        sections.add(path);
        collect(path, section);
      } else {
        keys.add(path);
      }
    }
  }

  void refuse(Config layer) {
    refuse("", layer.root());
  }

  private void refuse(String prefix, ConfigObject object) {
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      String path = join(prefix, entry.getKey());
      boolean section = sections.contains(path);
      if (entry.getValue() instanceof ConfigObject child && section) {
        refuse(path, child);
      } else if (section) {
        throw new SettingsException(
            "%s: %s is a section, not a value".formatted(origin(entry.getValue()), path));
      } else if (!keys.contains(path)) {
        throw new SettingsException(
            "%s: unknown key %s; did you mean %s?"
                .formatted(origin(entry.getValue()), path, nearest(path)));
      }
    }
  }

  private String nearest(String path) {
    String last = path.substring(path.lastIndexOf('.') + 1);
    return keys.stream()
        .min(
            Comparator.<String>comparingInt(
                    key ->
                        DISTANCE.apply(path, key)
                            + DISTANCE.apply(last, key.substring(key.lastIndexOf('.') + 1)))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  private static String origin(ConfigValue value) {
    return value.origin().description();
  }

  private static String join(String prefix, String key) {
    return prefix.isEmpty() ? key : prefix + "." + ConfigUtil.quoteString(key).replace("\"", "");
  }
}
