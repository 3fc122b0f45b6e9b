package io.mocov3.app.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Refuses keys that the defaults do not have, with the nearest right spelling. */
final class UnknownKeys {
  private static final LevenshteinDistance DISTANCE = LevenshteinDistance.getDefaultInstance();

  private final Set<String> keys = new HashSet<>();
  private final Set<String> sections = new HashSet<>();

  private record Stranger(String path, ConfigValue value) {}

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
    strangers("", resolved.root())
        .min(
            Comparator.<Stranger>comparingInt(stranger -> stranger.value().origin().lineNumber())
                .thenComparing(Stranger::path))
        .ifPresent(
            first -> {
              throw sections.contains(first.path())
                  ? mistake(first.value(), first.path(), "is a section, not a value")
                  : unknown(first.path(), first.value());
            });
  }

  private Stream<Stranger> strangers(String prefix, ConfigObject object) {
    return object.entrySet().stream()
        .flatMap(
            entry -> {
              String path = join(prefix, entry.getKey());
              if (sections.contains(path) && entry.getValue() instanceof ConfigObject child) {
                return strangers(path, child);
              }
              return keys.contains(path)
                  ? Stream.empty()
                  : Stream.of(new Stranger(path, entry.getValue()));
            });
  }

  /** A section that sets one key is that key. */
  private SettingsException unknown(String path, ConfigValue value) {
    if (value instanceof ConfigObject section && section.size() == 1) {
      Map.Entry<String, ConfigValue> only = section.entrySet().iterator().next();
      return unknown(join(path, only.getKey()), only.getValue());
    }
    return mistake(value, path, "is not a known key; " + hint(path, value));
  }

  private static SettingsException mistake(ConfigValue value, String path, String rule) {
    return new SettingsException("%s (%s) %s".formatted(shown(path), origin(value), rule));
  }

  private String hint(String path, ConfigValue value) {
    if (path.startsWith("variants")) {
      return "variants are trained by sweep";
    }
    return (value instanceof ConfigObject ? sections : keys)
        .stream()
            .filter(known -> near(path, known))
            .min(
                Comparator.<String>comparingInt(known -> distance(path, known))
                    .thenComparing(Comparator.naturalOrder()))
            .map(known -> path.startsWith(Layers.ROOT + ".") ? shown(known) : known)
            .map(nearest -> "did you mean " + nearest + "?")
            .orElseGet(() -> known(path));
  }

  /** What there is in the section of a key that is like no other. */
  private String known(String path) {
    String section = rooted(path);
    do {
      section = parent(section);
    } while (!sections.contains(section));
    String inside = section + ".";
    String names =
        Stream.concat(keys.stream(), sections.stream())
            .filter(known -> known.startsWith(inside))
            .map(known -> known.substring(inside.length()))
            .filter(name -> name.indexOf('.') < 0)
            .sorted()
            .collect(Collectors.joining(", "));
    return "%s has %s".formatted(shown(section), names);
  }

  /** Almost the same key of the same section, or the same key of another one. */
  private static boolean near(String path, String known) {
    String name = last(rooted(path));
    String other = last(known);
    int apart = DISTANCE.apply(name, other);
    if (DISTANCE.apply(parent(rooted(path)), parent(known)) <= 2) {
      return apart <= Math.max(1, name.length() / 2)
          || other.startsWith(name)
          || name.startsWith(other);
    }
    return apart <= name.length() / 4;
  }

  /** How the path ends counts twice. */
  private static int distance(String path, String known) {
    return DISTANCE.apply(rooted(path), known) + DISTANCE.apply(last(path), last(known));
  }

  private static String rooted(String path) {
    return path.startsWith(Layers.ROOT + ".") ? path : Layers.ROOT + "." + path;
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('.')));
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
