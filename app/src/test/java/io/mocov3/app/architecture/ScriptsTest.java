package io.mocov3.app.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shell scripts of the repository; skipped where shellcheck is not installed. */
final class ScriptsTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mocov3",
        ".mvn/find-jdk.sh",
        ".ci/run",
        "app/src/dist/bin/mocov3",
        "k8s/image/build",
        "k8s/image/check",
        "k8s/controlplane/build",
        "k8s/monitoring/make-prometheusrule"
      })
  void a_script_is_executable_and_shellcheck_finds_nothing(String script) throws Exception {
    assumeTrue(isInstalled("shellcheck"), "shellcheck is not installed");

    var process =
        new ProcessBuilder("shellcheck", "--external-sources", "--check-sourced", script)
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .start();
    var findings = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(findings).isZero();
    assertThat(Files.isExecutable(ROOT.resolve(script))).as("%s is executable", script).isTrue();
  }

  private static boolean isInstalled(String program) throws InterruptedException {
    try {
      return new ProcessBuilder(program, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException absent) {
      return false;
    }
  }
}
