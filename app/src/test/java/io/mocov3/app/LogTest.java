package io.mocov3.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogTest {

  @Test
  void aTerminalNeverObeysTheLogAndNoLineIsForged() {
    String line = logged("a\u001b[31mb\r\nforged\u007f é", new IllegalStateException("c\u001bd"));

    assertThat(line.lines().findFirst().orElseThrow())
        .endsWith("- a\\u001b[31mb\\r\\nforged\\u007f é");
    assertThat(line)
        .contains("java.lang.IllegalStateException: c\\u001bd\n\tat ")
        .doesNotContain("\u001b")
        .containsOnlyOnce("IllegalStateException");
  }

  private static String logged(String message, Exception failure) {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      LoggerFactory.getLogger("test").warn(message, failure);
    } finally {
      System.setErr(before);
    }
    return log.toString(StandardCharsets.UTF_8);
  }
}
