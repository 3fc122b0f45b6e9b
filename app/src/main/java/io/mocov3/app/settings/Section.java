package io.mocov3.app.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.mocov3.app.conf.SettingsException;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads the values of one section; every mistake names key, value, place and rule. */
final class Section {
  private final Config config;
  private final Mistakes mistakes;

  Section(Config config, String path) {
    this.config = config;
    mistakes = new Mistakes(config, path);
  }

  Section section(String name) {
    return new Section(config.getConfig(name), mistakes.full(name));
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
        .mapToObj(i -> new Section(values.get(i), mistakes.full(key) + "[" + i + "]"))
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

  /** Text that may stand in a line, a label or a path. */
  String name(String key) {
    String value = nonEmptyText(key);
    check(key, "text without control characters", value.chars().noneMatch(Character::isISOControl));
    return value;
  }

  /** A path or URL; absent for an empty one. */
  Optional<String> location(String key) {
    String value = text(key);
    check(key, "a path that is not blank", value.isEmpty() || !value.isBlank());
    check(key, "a path without the character NUL", value.indexOf('\0') < 0);
    return Optional.of(value).filter(text -> !text.isEmpty());
  }

  /** A path or URL that must be there. */
  String nonEmptyPath(String key) {
    nonEmptyText(key);
    return location(key).orElseThrow();
  }

  /** A path; absent for an empty one. */
  Optional<Path> path(String key) {
    Optional<String> location = location(key);
    try {
      return location.map(Path::of);
    } catch (InvalidPathException e) {
      throw wrong(key, "a path: " + e.getReason());
    }
  }

  boolean flag(String key) {
    return typed(key, "true or false", () -> config.getBoolean(key));
  }

  int integer(String key, int min, int max) {
    return (int) whole(key, min, max);
  }

  long whole(String key, long min, long max) {
    String rule = "a whole number between " + min + " and " + max;
    long value =
        typed(key, rule, () -> new BigDecimal(config.getString(key).strip()).longValueExact());
    check(key, rule, value >= min && value <= max);
    return value;
  }

  double number(String key, double min, double max) {
    String rule = "a number between " + plain(min) + " and " + plain(max);
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

  double positive(String key, double max) {
    String rule = "a number greater than 0 and at most " + plain(max);
    double value = typed(key, rule, () -> config.getDouble(key));
    check(key, rule, value > 0 && value <= max);
    return value;
  }

  /** At least 0 and less than 1. */
  double coefficient(String key) {
    String rule = "a number of at least 0 and less than 1";
    double value = typed(key, rule, () -> config.getDouble(key));
    check(key, rule, value >= 0 && value < 1);
    return value;
  }

  /** A count of 0 stands for any but none. */
  List<Double> numbers(String key, int count, double min, double max) {
    String rule =
        "a list of %snumbers between %s and %s"
            .formatted(count == 0 ? "" : count + " ", plain(min), plain(max));
    List<Double> values = typed(key, rule, () -> config.getDoubleList(key));
    check(key, rule, !values.isEmpty() && (count == 0 || values.size() == count));
    check(key, rule, values.stream().allMatch(value -> value >= min && value <= max));
    return List.copyOf(values);
  }

  /** A range of positive numbers. */
  List<Double> range(String key, double max) {
    String rule = "[smallest, largest], both greater than 0 and at most " + plain(max);
    List<Double> values = typed(key, rule, () -> config.getDoubleList(key));
    check(
        key,
        rule,
        values.size() == 2
            && values.get(0) > 0
            && values.get(0) <= values.get(1)
            && values.get(1) <= max);
    return List.copyOf(values);
  }

  List<Integer> integers(String key, int min, int max) {
    String rule = "a list of whole numbers between " + min + " and " + max;
    List<Double> values = typed(key, rule, () -> config.getDoubleList(key));
    check(
        key,
        rule,
        !values.isEmpty()
            && values.stream().allMatch(v -> v == Math.rint(v) && v >= min && v <= max));
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

  /** Some of {@code allowed}, each at most once. */
  <E extends Enum<E>> Set<E> choices(String key, Set<E> allowed) {
    String rule =
        "a list of " + allowed.stream().map(Section::label).collect(Collectors.joining(", "));
    List<String> values = typed(key, rule, () -> config.getStringList(key));
    Set<E> chosen =
        allowed.stream()
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

  /** So many views must fit into one buffer. */
  void checkBytes(String key, int images, int views, int size) {
    long most = Integer.MAX_VALUE / (3L * views * size * size);
    check(
        key,
        "at most %d for views of %d pixels (they share a buffer of at most 2 GiB)"
            .formatted(most, size),
        images <= most);
  }

  SettingsException wrong(String key, String rule) {
    return mistakes.wrong(key, rule);
  }

  /** A rule of the model between keys of this section. */
  SettingsException refused(List<String> keys, String message) {
    return mistakes.refused(keys, message);
  }

  private <T> T typed(String key, String rule, Supplier<T> read) {
    try {
      return read.get();
    } catch (ConfigException.WrongType
        | ConfigException.BadValue
        | ConfigException.Missing
        | ArithmeticException
        | NumberFormatException e) {
      throw wrong(key, rule);
    }
  }

  /** 0.5, 1000000 and 1e40. */
  private static String plain(double number) {
    return Math.abs(number) >= 1e15
        ? Double.toString(number).replace(".0E", "e")
        : new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
