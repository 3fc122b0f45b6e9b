package io.mocov3.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.mocov3.app.conf.Layers;
import io.mocov3.app.conf.SettingsException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every number of the defaults has the bounds that the manual's table tells. */
class SettingsBoundsTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");
  private static final Pattern ROW =
      Pattern.compile(
          "\\| (`[a-z0-9.*`, -]+`) \\| (?:> )?([0-9.]+) \\| (< )?([0-9.e]+) \\| .+ \\|");
  private static final List<String> ABSURD =
      List.of("1e300", "2147483647", "9223372036854775808", "NaN", "Infinity", "-1", "-1e300", "");

  /** {@code to} as it is written. */
  private record Bounds(BigDecimal from, String to, boolean below) {
    boolean hold(String value) {
      try {
        BigDecimal number = new BigDecimal(value);
        int most = number.compareTo(new BigDecimal(to));
        return number.compareTo(from) >= 0 && (below ? most < 0 : most <= 0);
      } catch (NumberFormatException e) {
        return false;
      }
    }
  }

  @Test
  void theTableHasEveryNumberAndNothingElse() throws Exception {
    assertThat(table().keySet()).isEqualTo(numbers().keySet());
  }

  static Stream<Arguments> absurdities() throws IOException {
    Map<String, Bounds> table = table();
    return numbers().keySet().stream()
        .filter(table::containsKey)
        .flatMap(
            key ->
                ABSURD.stream()
                    .filter(value -> !table.get(key).hold(value))
                    .map(value -> Arguments.of(key, value, table.get(key).to())));
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("absurdities")
  void anAbsurdNumberIsRefusedInOneLineThatTellsTheBound(String key, String value, String to) {
    Throwable mistake = catchThrowable(() -> Experiments.set(assignment(key, value)));

    assertThat(mistake).isInstanceOf(SettingsException.class);
    assertThat(mistake.getMessage())
        .startsWith(key + " = ")
        .contains("must be ")
        .containsPattern("(between|at most|less than|and|be) " + Pattern.quote(to))
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model={width=1408,depth=40,heads=16,patch-size=14}",
        "model={width=6144,depth=48,heads=48,patch-size=14}",
        "data={batch-size=65536},model={image-size=64},evaluation.live.images=256",
        "data.workers=1024",
        "threads=1024",
        "model.projector={hidden=4096,out=65536},model.predictor.out=65536",
        "optimizer={name=lars},schedule.base-learning-rate=30",
        "run.epochs=5000",
        "evaluation.live.queue-length=1281167",
        "data.max-pixels=715827882"
      })
  void whatSomebodyMayWantIsLegal(String experiment) {
    assertThat(catchThrowable(() -> Experiments.of("mocov3 { " + experiment + " }"))).isNull();
  }

  /** The value, as often as the default has numbers. */
  private static String assignment(String key, String value) {
    ConfigValue standard = numbers().get(key);
    return standard instanceof ConfigList list
        ? key + "=[" + String.join(",", Collections.nCopies(list.size(), quoted(value))) + "]"
        : key + "=" + value;
  }

  private static String quoted(String value) {
    return value.isEmpty() ? "\"\"" : value;
  }

  private static Map<String, ConfigValue> numbers() {
    Config defaults = Layers.defaults().withOnlyPath(Layers.ROOT).resolve().getConfig(Layers.ROOT);
    Map<String, ConfigValue> numbers = new TreeMap<>();
    for (Map.Entry<String, ConfigValue> entry : defaults.entrySet()) {
      ConfigValue value = entry.getValue();
      ConfigValue first = value instanceof ConfigList list && !list.isEmpty() ? list.get(0) : value;
      if (first.valueType() == ConfigValueType.NUMBER) {
        numbers.put(entry.getKey(), value);
      }
    }
    return numbers;
  }

  private static Map<String, Bounds> table() throws IOException {
    Map<String, Bounds> table = new TreeMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        Bounds bounds =
            new Bounds(new BigDecimal(row.group(2)), row.group(4), row.group(3) != null);
        for (String key : row.group(1).replace("`", "").split(", ", -1)) {
          table.put(key.replace("*", "1"), bounds);
          table.put(key.replace("*", "2"), bounds);
        }
      }
    }
    return table;
  }
}
