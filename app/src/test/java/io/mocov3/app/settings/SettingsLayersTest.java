package io.mocov3.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.mocov3.app.conf.Layers;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.model.backbone.VitConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsLayersTest {

  @Test
  void theCommandLineStandsOverTheEnvironmentOverTheFileOverTheDefaults() {
    Config file = ConfigFactory.parseString("mocov3.run { seed = 1, steps = 1, epochs = 1 }");
    Config environment = text(Map.of("mocov3.run.seed", "2", "mocov3.run.steps", "2"));

    Config merged = Layers.load(file, environment, List.of("run.seed=3"));

    assertThat(merged.getInt("run.seed")).isEqualTo(3);
    assertThat(merged.getInt("run.steps")).isEqualTo(2);
    assertThat(merged.getInt("run.epochs")).isEqualTo(1);
    assertThat(merged.getInt("checkpoint.keep")).isEqualTo(3);
  }

  @Test
  void theEnvironmentIsTypedLikeTheCommandLine() {
    Config environment = text(Map.of("mocov3.run.seed", "2", "mocov3.evaluation.knn.k", "[1, 5]"));

    Config merged = Layers.load(ConfigFactory.empty(), environment, List.of());

    assertThat(merged.getValue("run.seed").unwrapped()).isEqualTo(2);
    assertThat(merged.getIntList("evaluation.knn.k")).containsExactly(1, 5);
  }

  @Test
  void aMistakeOfTheEnvironmentNamesItsVariable() {
    Config environment = text(Map.of("mocov3.data.batchsize", "2"));

    assertThatThrownBy(() -> Layers.load(ConfigFactory.empty(), environment, List.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "data.batchsize (CONFIG_FORCE_mocov3_data_batchsize) is not a known key; did you mean"
                + " data.batch-size?");
  }

  @Test
  void otherVariablesAreNotOurs() {
    Config environment = text(Map.of("elsewhere.key", "2"));

    Config merged = Layers.load(ConfigFactory.empty(), environment, List.of());

    assertThat(merged.hasPath("run")).isTrue();
  }

  @Test
  void theRootMayStandInFrontOfAKey() {
    assertThat(Experiments.set("mocov3.run.seed=5").run().seed()).isEqualTo(5);
    assertThat(Experiments.set(" run.seed = 6 ").run().seed()).isEqualTo(6);
  }

  @Test
  void theLastOfTwoCounts() {
    assertThat(Experiments.set("run.seed=5", "run.seed=6").run().seed()).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/tmp//x",
        "a#b",
        "a,b",
        "C:/x",
        "a b",
        "a=b",
        "x{1}",
        "\u00fcber/\u00e4",
        "\\\\server\\x"
      })
  void textNeedsNoQuotes(String path) {
    assertThat(Experiments.set("data.train=" + path).data().train()).contains(path);
  }

  @Test
  void quotedTextListsAndReferencesAreHocon() {
    Settings settings =
        Experiments.set(
            "run.name=\"a b\"",
            "evaluation.knn.k=[7, 9]",
            "run.directory=\"out/\"${mocov3.run.name}");

    assertThat(settings.run().name()).isEqualTo("a b");
    assertThat(settings.run().directory()).isEqualTo(Path.of("out/a b"));
    assertThat(settings.knn().settings()).extracting(setting -> setting.k()).containsExactly(7, 9);
  }

  @Test
  void anEmptyValueIsEmptyText() {
    assertThat(Experiments.of("mocov3.data.test = x", "data.test=").data().test()).isEmpty();
  }

  @Test
  void theDirectoryFollowsTheName() {
    assertThat(Experiments.set("run.name=dawn").run().directory()).isEqualTo(Path.of("runs/dawn"));
  }

  @Test
  void aSectionMayBeBuiltFromAnother() {
    Settings settings =
        Experiments.of(
            "mocov3.augment.view-1.hue = 0.3, mocov3.augment.view-2 = ${mocov3.augment.view-1}");

    assertThat(settings.views().second()).isEqualTo(settings.views().first());
  }

  @Test
  void theBuiltInExperimentIsComplete() {
    Settings settings = Settings.loadResource("quickstart.conf", List.of("data.train=x/train"));

    assertThat(((VitConfig) settings.model().backbone()).tokens()).isEqualTo(17);
  }

  private static Config text(Map<String, String> values) {
    Config config = ConfigFactory.empty();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      config =
          config.withValue(entry.getKey(), ConfigValueFactory.fromAnyRef(entry.getValue(), "env"));
    }
    return config;
  }
}
