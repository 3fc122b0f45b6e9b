package io.mocov3.app.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.mocov3.app.conf.Layers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConfigurationReferenceTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");
  private static final Pattern ROW = Pattern.compile("\\| `([a-z0-9.-]+)` \\| `(.+)` \\| (.+) \\|");

  @Test
  void thePageListsEveryKeyWithItsDefaultAndItsComment() throws IOException {
    Map<String, String> page = new TreeMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        page.put(row.group(1), row.group(2) + " " + row.group(3));
      }
    }

    assertThat(page).isNotEmpty().isEqualTo(fromDefaults());
  }

  @Test
  void everyDefaultHasAComment() {
    assertThat(fromDefaults()).allSatisfy((key, text) -> assertThat(text).endsWith("."));
  }

  private static Map<String, String> fromDefaults() {
    Config defaults = Layers.defaults().getConfig(Layers.ROOT);
    Map<String, String> keys = new TreeMap<>();
    for (Map.Entry<String, ConfigValue> entry : defaults.entrySet()) {
      ConfigValue value = entry.getValue();
      String meaning = String.join(" ", value.origin().comments()).strip().replaceAll(" +", " ");
      keys.put(entry.getKey(), value.render(ConfigRenderOptions.concise()) + " " + meaning);
    }
    return keys;
  }
}
