package io.mocov3.app.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;

/**
 * Values that come with a choice, such as the sizes with {@code model.preset} and the weight decay
 * with {@code optimizer.name}: over the defaults, under everything the experiment says.
 */
public final class Presets {
  private static final Config ALL = Layers.resource("presets.conf").resolve();

  private Presets() {}

  /** The layer that belongs to a resolved experiment; nothing for a name that is not known. */
  static Config of(Config experiment) {
    return layer(experiment, "model", "preset")
        .withFallback(layer(experiment, "optimizer", "name"));
  }

  /** The names of a section's presets. */
  public static List<String> names(String section) {
    return List.copyOf(ALL.getObject(section).keySet()).stream().sorted().toList();
  }

  private static Config layer(Config experiment, String section, String key) {
    Object name = experiment.getValue(Layers.ROOT + "." + section + "." + key).unwrapped();
    return name instanceof String text && names(section).contains(text)
        ? ALL.getObject(section).get(text).atPath(Layers.ROOT + "." + section)
        : ConfigFactory.empty();
  }
}
