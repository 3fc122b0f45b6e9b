package io.mocov3.app.daemon;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeCheckTest {
  @TempDir private Path directory;

  @Test
  void aNewRunMayHaveAnySettings() {
    assertThatCode(() -> resume("run.seed=5")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run.seed=0",
        "run.epochs=900",
        "run.steps=7",
        "run.log-samples=true",
        "data.workers=7",
        "data.buffers=9",
        "evaluation.knn.k=[5]",
        "run.stop-grace=3m",
        "run.stuck-after=2h",
        "checkpoint.keep=9",
        "http.port=1"
      })
  void whatChangesHowLongHowFastOrHowVisiblyItTrainsMayDiffer(String override) throws Exception {
    begin();

    assertThatCode(() -> resume(override)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "run.seed=1, run.seed = 0",
    "data.batch-size=128, data.batch-size = 256",
    "model.depth=3, model.depth = 4",
    "method.temperature=0.1, method.temperature = 0.2",
    "augment.view-1.hue=0.2, augment.view-1.hue = 0.1",
    "optimizer.weight-decay=0.2, optimizer.weight-decay = 0.1"
  })
  void whatMakesItAnotherRunIsRefused(String override, String before) throws Exception {
    begin();
    String now = override.substring(override.indexOf('=') + 1);

    assertThatThrownBy(() -> resume(override))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "%s holds a run with %s, not %s; set another run.directory to start a new run"
                .formatted(directory, before, now));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "mocov3 {\n run { ", "\u0000\u0001{[", "other { a = 1 }", "include \"x\""})
  void aRecordThatCannotBeReadIsOneLineThatSaysWhatToDo(String damaged) throws Exception {
    Files.writeString(configFile(), damaged);

    assertThatThrownBy(() -> resume("run.seed=0"))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(configFile().toString())
        .hasMessageContaining("the record of the run's settings: restore it, or remove it")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aFolderInItsPlaceIsRefusedToo() throws Exception {
    Files.createDirectory(configFile());

    assertThatThrownBy(() -> resume("run.seed=0"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("config.conf cannot be read");
  }

  @Test
  void whatIsRemovedIsNotCompared() {
    assertThatCode(() -> resume("run.seed=9")).doesNotThrowAnyException();
  }

  private void begin() throws Exception {
    Files.writeString(configFile(), settings().rendered());
  }

  private void resume(String override) {
    ResumeCheck.run(configFile(), settings(override).rendered());
  }

  private Path configFile() {
    return directory.resolve("config.conf");
  }

  private static Settings settings(String... overrides) {
    return Settings.loadResource("quickstart.conf", List.of(overrides));
  }
}
