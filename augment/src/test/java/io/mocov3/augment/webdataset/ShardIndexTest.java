package io.mocov3.augment.webdataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardIndexTest {
  private static final String HEADER = headerOf(new ShardIndex(List.of()));

  private static String headerOf(ShardIndex empty) {
    return empty.toText("v1");
  }

  @Test
  void whatIsWrittenIsReadBack() {
    assertThat(ShardIndex.parse(HEADER + "512\t9\tcat\ta.jpg\n", "v1")).isPresent();
    assertThat(ShardIndex.parse(HEADER + "512\t9\tcat\ta.jpg\n", "v2")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "512\t-9\tcat\ta.jpg",
        "-1\t9\tcat\ta.jpg",
        "abc\t9\tcat\ta.jpg",
        "512\t99999999999999999999\tcat\ta.jpg",
        "512\t9\tcat"
      })
  void aLineThatNamesNoPlaceMakesItNoIndex(String line) {
    assertThat(ShardIndex.parse(HEADER + line + "\n", "v1")).isEmpty();
  }
}
