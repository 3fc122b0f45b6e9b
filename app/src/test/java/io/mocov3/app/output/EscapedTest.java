package io.mocov3.app.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EscapedTest {

  @Test
  void whatMovesTheCursorOrEndsTheLineIsShownAsItIsWritten() {
    assertThat(Escaped.text("a\nb\r\tc\u001b[31m\u007f\u009b"))
        .isEqualTo("a\\nb\\r\\tc\\u001b[31m\\u007f\\u009b");
  }

  @Test
  void whatReordersOrHidesTextIsToo() {
    assertThat(Escaped.text("a\u202eb\u2028c\u200bd\ud800"))
        .isEqualTo("a\\u202eb\\u2028c\\u200bd\\ud800");
  }

  @Test
  void namesInAnyScriptStayAsTheyAre() {
    String names = "\u00fcber \u4e2d\u6587 \ud83d\ude00 \"quoted\" back\\slash";

    assertThat(Escaped.text(names)).isEqualTo(names);
  }
}
