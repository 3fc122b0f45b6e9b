package io.mocov3.app.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import java.util.List;
import java.util.Optional;

/**
 * Values that come with a choice, such as the sizes with {@code model.preset}, the weight decay
 * with {@code optimizer.name}, the heads with {@code method.name} and the recipe of fine-tuning:
 * over the defaults, under everything the experiment says. What a method says of heads goes before
 * what a network does.
 */
public final class Presets {
  private static final Config ALL = Layers.resource("presets.conf").resolve();

  private Presets() {}

  /** The layer that belongs to a resolved experiment; nothing for a name that is not known. */
  static Config of(Config experiment) {
    return chosen(experiment, "method", "method.name")
        .map(method -> method.atPath(Layers.ROOT))
        .orElse(ConfigFactory.empty())
        .withFallback(layer(experiment, "model", "preset"))
        .withFallback(layer(experiment, "optimizer", "name"))
        .withFallback(
            chosen(experiment, "finetune", "evaluation.finetune.recipe")
                .map(recipe -> recipe.atPath(Layers.ROOT + ".evaluation.finetune"))
                .orElse(ConfigFactory.empty()));
  }

  /** The names of a section's presets. */
  public static List<String> names(String section) {
    return List.copyOf(ALL.getObject(section).keySet()).stream().sorted().toList();
  }

  private static Config layer(Config experiment, String section, String key) {
    return chosen(experiment, section, section + "." + key)
        .map(preset -> preset.atPath(Layers.ROOT + "." + section))
        .orElse(ConfigFactory.empty());
  }

  /** Of a section of the presets, the one that a key of the experiment names. */
  private static Optional<ConfigValue> chosen(Config experiment, String section, String key) {
    Object name = experiment.getValue(Layers.ROOT + "." + key).unwrapped();
    return name instanceof String text && names(section).contains(text)
        ? Optional.of(ALL.getObject(section).get(text))
        : Optional.empty();
  }
}
