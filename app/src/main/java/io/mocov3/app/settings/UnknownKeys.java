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

  /**
   * Looks at a resolved configuration with all its layers.
   *
   * @throws SettingsException naming the place of the first stranger
   */
  void refuse(Config resolved) {
    refuse("", resolved.root());
  }

  private void refuse(String prefix, ConfigObject object) {
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      String path = join(prefix, entry.getKey());
      if (sections.contains(path)) {
        if (!(entry.getValue() instanceof ConfigObject child)) {
          throw mistake(entry.getValue(), path, "is a section, not a value");
        }
        refuse(path, child);
      } else if (!keys.contains(path)) {
        throw mistake(
            entry.getValue(),
            path,
            "is not a known key; did you mean " + nearest(path, entry.getValue()) + "?");
      }
    }
  }

  private static SettingsException mistake(ConfigValue value, String path, String rule) {
    return new SettingsException("%s (%s) %s".formatted(shown(path), origin(value), rule));
  }

  /** The nearest key, or section for a section: how the path ends counts twice. */
  private String nearest(String path, ConfigValue value) {
    String nearest =
        (value instanceof ConfigObject ? sections : keys)
            .stream()
                .filter(known -> !known.equals(Layers.ROOT))
                .min(
                    Comparator.<String>comparingInt(known -> distance(path, known))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    return path.startsWith(Layers.ROOT + ".") ? shown(nearest) : nearest;
  }

  private static int distance(String path, String known) {
    String rooted = path.startsWith(Layers.ROOT + ".") ? path : Layers.ROOT + "." + path;
    return DISTANCE.apply(rooted, known) + DISTANCE.apply(last(rooted), last(known));
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** Without the root for what lies under it, as everywhere in messages. */
  private static String shown(String path) {
    String root = Layers.ROOT + ".";
    return path.startsWith(root) ? path.substring(root.length()) : path;
  }

  /** Of a section that has no place of its own, as after {@code --set}, that of its first key. */
  private static String origin(ConfigValue value) {
    return value instanceof ConfigObject section && !section.isEmpty()
        ? origin(section.values().iterator().next())
        : value.origin().description();
  }

  private static String join(String prefix, String key) {
    return prefix.isEmpty() ? key : prefix + "." + ConfigUtil.quoteString(key).replace("\"", "");
  }
}
