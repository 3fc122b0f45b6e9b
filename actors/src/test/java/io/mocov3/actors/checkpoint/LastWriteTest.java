package io.mocov3.actors.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.actors.Patience;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LastWriteTest {

  @Test
  void aLastWriteIsTriedUntilItsTimeIsUpAndAStopShortensIt() {
    LastWrite write =
        new LastWrite(new Patience(Duration.ofMinutes(10), Duration.ZERO, Duration.ZERO));

    assertThat(write.isHopeless()).isFalse();
    write.failed();
    assertThat(write.isHopeless()).isFalse();
    write.stopRequested();
    assertThat(write.isHopeless()).isTrue();
  }
}
