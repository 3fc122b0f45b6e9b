package io.mocov3.app.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateTest {

  @Test
  void aSlowOneHasItsDecimals() {
    assertThat(Rate.text(0.2138)).isEqualTo("0.21 images/s");
    assertThat(Rate.text(9.5)).isEqualTo("9.50 images/s");
    assertThat(Rate.text(2538.4)).isEqualTo("2538 images/s");
  }
}
