package io.mocov3.actors.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CheckpointClockTest {
  private static final long FAR = 1_000_000;

  @Test
  void oneIsDueWhenTheTimeIsUpAndNotAgainAtOnce() throws Exception {
    CheckpointClock clock = new CheckpointClock(Duration.ofMillis(50));

    assertThat(clock.isDue(FAR)).isFalse();
    Thread.sleep(60);
    clock.stepDone();
    assertThat(clock.isDue(FAR)).isTrue();
    clock.staged();
    clock.settled();

    assertThat(clock.isDue(FAR)).isFalse();
  }

  @Test
  void zeroIsNever() throws Exception {
    CheckpointClock clock = new CheckpointClock(Duration.ZERO);
    Thread.sleep(5);

    assertThat(clock.isDue(FAR)).isFalse();
  }

  @Test
  void itIsLeftToOneThatIsDueByItsStepBeforeThisOneWouldBeWritten() throws Exception {
    CheckpointClock clock = new CheckpointClock(Duration.ofMillis(20));
    clock.staged();
    Thread.sleep(40);
    clock.settled();
    clock.stepDone();
    clock.stepDone();

    assertThat(clock.isDue(2)).as("in the time of a write").isFalse();
    assertThat(clock.isDue(FAR)).isTrue();
  }
}
