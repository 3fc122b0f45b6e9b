package io.mocov3.app.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.app.settings.Experiments;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.settings.Study;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IncludesTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "include \"base.conf\"",
        "include \"base\"",
        "include file(\"base.conf\")",
        "include file(\"base\")",
        "include required(\"base.conf\")",
        "include required(file(\"base.conf\"))",
        "include \"deeper/middle\""
      })
  void whatIsIncludedLiesBesideTheFileThatIncludesIt(String include) throws Exception {
    write("base.conf", "mocov3.run.seed = 7");
    write("deeper/middle.conf", "include \"../base.conf\"");
    Path file = write("night.conf", include);

    assertThat(Settings.load(file, List.of()).run().seed()).isEqualTo(7);
  }

  @Test
  void anExperimentOfTheWorkingDirectoryIncludesLikeAnyOther() throws Exception {
    Path here = Path.of("").toAbsolutePath();
    Path base = Files.createTempFile(here, "base", ".conf");
    Path file = Files.createTempFile(here, "experiment", ".conf");
    try {
      Files.writeString(base, "mocov3.run.seed = 7");
      Files.writeString(file, "include \"" + base.getFileName() + "\"");

      assertThat(Settings.load(file.getFileName(), List.of()).run().seed()).isEqualTo(7);
    } finally {
      Files.delete(base);
      Files.delete(file);
    }
  }

  @Test
  void theUrlOfAFileIsThatFile() throws Exception {
    Path base = write("base.conf", "mocov3.run.seed = 7");
    Path file = write("night.conf", "include url(\"%s\")".formatted(base.toUri()));

    assertThat(Settings.load(file, List.of()).run().seed()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "include \"bsae.conf\" | include \"bsae.conf\": there is no file",
        "include required(\"bsae\") | include \"bsae\": there is no file",
        "include file(\"bsae.conf\") | include \"bsae.conf\": there is no file",
        "include \"/no/such.conf\" | there is no file /no/such.conf",
        "include \".\" | include \".\": is a folder",
        "include \"\" | is a folder",
        "include \"night\" | is a circle",
        "include \"round\" | include \"night\": is a circle",
        "include \"garbled\" | garbled.conf: 2: is not UTF-8 text",
        "include classpath(\"bsae.conf\") | include \"bsae.conf\": cannot be read",
        "include url(\"http://127.0.0.1:1/x\") | Connection refused",
        "include url(\"file:///no/such\") | there is no file /no/such",
        "include \"http://a b\" | is not a URL",
        "include \"a\\u0000b\" | is not the name of a file"
      })
  void anIncludeOfNothingIsOneLineWithBothNames(String include, String expected) throws Exception {
    write("round.conf", "include \"night\"");
    Files.write(folder.resolve("garbled.conf"), new byte[] {'\n', (byte) 0xff});
    Path file = write("night.conf", include);

    assertThatThrownBy(() -> Settings.load(file, List.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(folder.toString())
        .hasMessageContaining(expected)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aStudyIncludesAsAnExperimentDoes() throws Exception {
    write("base.conf", "mocov3.run.seed = 7");
    Path good = write("study.conf", "include \"base\"\nvariants { a {} }");
    Path bad = write("typo.conf", "include \"bsae\"\nvariants { a {} }");

    assertThat(Study.load(good, List.of()).variants().get("a").run().seed()).isEqualTo(7);
    assertThatThrownBy(() -> Study.load(bad, List.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("typo.conf: include \"bsae\": there is no file");
  }

  @Test
  void theCommandLineIncludesNothing() {
    assertThatThrownBy(() -> Experiments.set("run={include \"x\"}"))
        .isInstanceOf(SettingsException.class)
        .hasMessageEndingWith("include \"x\": only files of an experiment may include");
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
