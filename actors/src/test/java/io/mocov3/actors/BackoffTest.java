package io.mocov3.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.actors.guardian.DataWait;
import io.mocov3.actors.training.LastWrite;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff();

  @Test
  void pausesDoubleFromASecondToHalfAMinuteAndBeginAgainAfterASuccess() {
    assertThat(Stream.generate(backoff::next).limit(7).map(Duration::toSeconds))
        .containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);

    backoff.reset();

    assertThat(backoff.next()).isEqualTo(Duration.ofSeconds(1));
  }

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

  @Test
  void aWaitWithoutProgressIsTheSameWait() {
    DataWait wait = new DataWait(Duration.ZERO);

    wait.begin(5);
    wait.begin(5);
    assertThat(wait.isOver()).isTrue();

    DataWait patient = new DataWait(Duration.ofMinutes(10));
    patient.begin(0);
    assertThat(patient.isOver()).isFalse();
    assertThat(patient.pause()).isEqualTo(Duration.ofSeconds(1));
    patient.begin(0);
    assertThat(patient.pause()).isEqualTo(Duration.ofSeconds(2));
    patient.begin(1);
    assertThat(patient.pause()).isEqualTo(Duration.ofSeconds(1));
  }
}
