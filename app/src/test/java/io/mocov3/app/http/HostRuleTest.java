package io.mocov3.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostRuleTest {
  private final HostRule loopback = rule("127.0.0.1");

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "LocalHost", "[::1]", "::1"})
  void onLoopbackItsOwnNamesAreServed(String host) {
    assertThat(loopback.accepts(host)).isTrue();
    assertThat(rule("localhost").accepts(host)).isTrue();
    assertThat(rule("::1").accepts(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.5",
        ""
      })
  void onLoopbackOtherNamesAreNot(String host) {
    assertThat(loopback.accepts(host)).isFalse();
  }

  @Test
  void anAllowedNameIsServedOnLoopback() {
    HostRule behindProxy = rule("127.0.0.1", "Train.Lab");

    assertThat(behindProxy.accepts("train.lab")).isTrue();
    assertThat(behindProxy.accepts("other.lab")).isFalse();
  }

  @Test
  void elsewhereAnyNameIsServed() {
    assertThat(rule("0.0.0.0").accepts("trainer.default.svc")).isTrue();
    assertThat(rule("0.0.0.0").accepts("10.0.0.5")).isTrue();
  }

  @Test
  void elsewhereWithAllowedNamesTheseAndAddressesAre() {
    HostRule strict = rule("0.0.0.0", "trainer");

    assertThat(strict.accepts("trainer")).isTrue();
    assertThat(strict.accepts("10.0.0.5")).isTrue();
    assertThat(strict.accepts("[fd00::5]")).isTrue();
    assertThat(strict.accepts("localhost")).isTrue();
    assertThat(strict.accepts("evil.example")).isFalse();
  }

  private static HostRule rule(String bound, String... allowed) {
    return new HostRule(new InetSocketAddress(bound, 9464), List.of(allowed));
  }
}
