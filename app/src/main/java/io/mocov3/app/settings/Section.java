package io.mocov3.app.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads the values of one section; every mistake names key, value, place and rule. */
final class Section {
  private final Config config;
  private final String path;

  Section(Config config, String path) {
    this.config = config;
    this.path = path;
  }

  Section section(String name) {
    return new Section(config.getConfig(name), full(name));
  }

  boolean has(String key) {
    return config.hasPath(key);
  }

  /** A list of sections with some of the given keys. */
  List<Section> sections(String key, Set<String> keys) {
    String rule =
        "a list of sections { " + String.join(", ", keys.stream().sorted().toList()) + " }";
    List<? extends Config> values = typed(key, rule, () -> config.getConfigList(key));
    check(key, rule, values.stream().allMatch(value -> keys.containsAll(value.root().keySet())));
    return IntStream.range(0, values.size())
        .mapToObj(i -> new Section(values.get(i), full(key) + "[" + i + "]"))
        .toList();
  }

  String text(String key) {
    return typed(key, "text", () -> config.getString(key));
  }

  String nonEmptyText(String key) {
    String value = text(key);
    check(key, "text that is not empty", !value.isBlank());
    return value;
  }

  List<String> texts(String key) {
    return List.copyOf(typed(key, "a list of texts", () -> config.getStringList(key)));
  }

  boolean flag(String key) {
    return typed(key, "true or false", () -> config.getBoolean(key));
  }

  int integer(String key, int min) {
    String rule = "a whole number of at least " + min;
    int value = typed(key, rule, () -> config.getInt(key));
    check(key, rule, value >= min && config.getDouble(key) == value);
    return value;
  }

  long whole(String key, long min) {
    String rule = "a whole number of at least " + min;
    long value = typed(key, rule, () -> config.getLong(key));
    check(key, rule, value >= min && config.getDouble(key) == value);
    return value;
  }

  double number(String key, double min, double max) {
    String rule =
        max == Double.MAX_VALUE
            ? "a number of at least " + min
            : "a number between " + min + " and " + max;
    double value = typed(key, rule, () -> config.getDouble(key));
    check(key, rule, value >= min && value <= max);
    return value;
  }

  Duration duration(String key) {
    String rule = "a duration with its unit, such as 90s or 10m, or 0";
    String value = typed(key, rule, () -> config.getString(key));
    check(key, rule, value.equals("0") || !value.matches("[0-9.+eE-]*"));
    Duration duration = typed(key, rule, () -> config.getDuration(key));
    check(key, rule, !duration.isNegative());
    return duration;
  }

  List<Double> numbers(String key, int count) {
    String rule = count == 0 ? "a list of numbers" : "a list of " + count + " numbers";
    List<Double> values = typed(key, rule, () -> config.getDoubleList(key));
    check(key, rule, !values.isEmpty() && (count == 0 || values.size() == count));
    check(key, rule, values.stream().allMatch(Double::isFinite));
    return List.copyOf(values);
  }

  List<Integer> integers(String key) {
    String rule = "a list of whole numbers";
    List<Double> values = typed(key, rule, () -> config.getDoubleList(key));
    check(key, rule, !values.isEmpty() && values.stream().allMatch(v -> v.intValue() == v));
    return values.stream().map(Double::intValue).toList();
  }

  <E extends Enum<E>> E choice(String key, Class<E> type) {
    String names =
        Arrays.stream(type.getEnumConstants())
            .map(Section::label)
            .collect(Collectors.joining(", "));
    String value = text(key);
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> label(constant).equals(value))
        .findFirst()
        .orElseThrow(() -> wrong(key, "one of " + names));
  }

  /** Some of the constants, each at most once. */
  <E extends Enum<E>> Set<E> choices(String key, Class<E> type) {
    String rule =
        "a list of "
            + Arrays.stream(type.getEnumConstants())
                .map(Section::label)
                .collect(Collectors.joining(", "));
    List<String> values = typed(key, rule, () -> config.getStringList(key));
    Set<E> chosen =
        Arrays.stream(type.getEnumConstants())
            .filter(constant -> values.contains(label(constant)))
            .collect(Collectors.toUnmodifiableSet());
    check(key, rule, chosen.size() == values.size());
    return chosen;
  }

  void only(String key, String supported) {
    check(key, supported + " (the only one of this version)", text(key).equals(supported));
  }

  /** A cross-field rule. */
  void check(String key, String rule, boolean holds) {
    if (!holds) {
      throw wrong(key, rule);
    }
  }

  SettingsException wrong(String key, String rule) {
    ConfigValue value = config.root().get(key);
    if (value == null) {
      return new SettingsException(full(key) + " is missing: must be " + rule);
    }
    return new SettingsException(
        "%s = %s (%s): must be %s"
            .formatted(
                full(key),
                value.render(ConfigRenderOptions.concise()),
                value.origin().description(),
                rule));
  }

  private <T> T typed(String key, String rule, Supplier<T> read) {
    try {
      return read.get();
    } catch (ConfigException.WrongType | ConfigException.BadValue | ConfigException.Missing e) {
      throw wrong(key, rule);
    }
  }

  private String full(String key) {
    return path.isEmpty() ? key : path + "." + ConfigUtil.joinPath(key);
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
