package io.mocov3.app.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import io.mocov3.app.conf.Layers;
import io.mocov3.app.conf.SettingsException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * One experiment in several variants: a file with what they share under {@code mocov3}, and under
 * {@code variants} what each of them sets over it, by name. Each trains in a folder of its own
 * below {@code run.directory}.
 */
public record Study(Path directory, SequencedMap<String, Settings> variants) {
  private static final String VARIANTS = "variants";

  /**
   * Reads every variant, so that a mistake in the last one shows before the first one trains.
   *
   * @throws SettingsException in one line
   */
  public static Study load(Path file, List<String> overrides) {
    Config whole = Layers.parse(file);
    Map<String, Config> variants = variants(whole, file);
    Config shared = whole.withoutPath(VARIANTS);
    Path directory = Settings.of(shared, overrides).run().directory();
    SequencedMap<String, Settings> all = new LinkedHashMap<>();
    variants.forEach(
        (name, changes) ->
            all.put(
                name,
                Settings.of(
                    place(directory, name).withFallback(changes).withFallback(shared),
                    overrides(overrides))));
    return new Study(directory, all);
  }

  private static Config place(Path directory, String name) {
    return ConfigFactory.parseMap(
            Map.of("run.directory", directory.resolve(name).toString(), "run.name", name))
        .atKey(Layers.ROOT);
  }

  /** Where the variants go is no setting of a variant. */
  private static List<String> overrides(List<String> overrides) {
    return overrides.stream()
        .filter(set -> !set.strip().matches("(?s)(mocov3\\.)?run\\.directory\\s*=.*"))
        .toList();
  }

  private static Map<String, Config> variants(Config whole, Path file) {
    try {
      Map<String, Config> variants = new TreeMap<>();
      for (String name : whole.getObject(VARIANTS).keySet()) {
        if (!(whole.getObject(VARIANTS).get(name) instanceof ConfigObject changes)
            || !name.matches("[A-Za-z0-9._-]+")) {
          throw new SettingsException(
              "%s: variant %s must be a section with a name of letters, digits, dots and hyphens"
                  .formatted(file, name));
        }
        variants.put(name, changes.toConfig().atKey(Layers.ROOT));
      }
      return variants;
    } catch (ConfigException e) {
      throw new SettingsException(
          file
              + " has no section variants { name { key = value } }; train takes a single"
              + " experiment",
          e);
    }
  }
}
