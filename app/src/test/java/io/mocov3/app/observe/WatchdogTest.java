package io.mocov3.app.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.actors.events.Lifecycle;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  private final List<String> dumps = new ArrayList<>();
  private long now;
  private final Watchdog watchdog =
      new Watchdog(
          Duration.ofSeconds(100),
          () -> now,
          reason -> {
            dumps.add(reason);
            return "it is written down";
          });

  @BeforeEach
  void train() {
    watchdog.on(new Progress.Started(3, 10));
    watchdog.on(new SideWork.LifecycleChanged(Lifecycle.TRAINING));
  }

  private void pass(long seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
    watchdog.answered();
  }

  @Test
  void afterHalfTheTimeTheSessionIsGivenUpOnceAndAfterAllOfItTheProcess() {
    pass(49);
    assertThat(watchdog.stuck()).isEmpty();
    assertThat(watchdog.isMoving()).isTrue();
    pass(2);
    assertThat(watchdog.stuck())
        .hasValue("no step for 51 s after step 3, while training; it is written down");
    assertThat(watchdog.stuck()).isEmpty();
    assertThat(dumps).hasSize(1);
    assertThat(watchdog.isMoving()).isFalse();
    assertThat(watchdog.live().good()).isTrue();
    pass(50);
    assertThat(watchdog.live().good()).isFalse();
    assertThat(watchdog.live().reason())
        .isEqualTo("no step for 101 s after step 3, while training; run.stuck-after is 100 s");
  }

  @Test
  void aNewSessionIsGivenTheWholeTimeAgain() {
    pass(60);
    assertThat(watchdog.stuck()).isPresent();
    watchdog.on(new SideWork.LifecycleChanged(Lifecycle.recovering("stuck")));
    watchdog.on(new SideWork.LifecycleChanged(Lifecycle.STARTING));
    pass(45);
    assertThat(watchdog.stuck()).isEmpty();
    pass(10);
    assertThat(watchdog.stuck()).isPresent();
    assertThat(watchdog.live().good()).isTrue();
  }

  @Test
  void aPauseAndLostDataAndTheLastProbeMayTakeAnyTime() {
    for (Lifecycle state : List.of(Lifecycle.paused(3), Lifecycle.waitingForData("gone"))) {
      watchdog.on(new SideWork.LifecycleChanged(state));
      pass(1000);
      assertThat(watchdog.stuck()).isEmpty();
      assertThat(watchdog.live().good()).isTrue();
    }
    watchdog.on(new SideWork.LifecycleChanged(Lifecycle.TRAINING));
    watchdog.on(new Progress.Started(10, 10));
    pass(1000);
    assertThat(watchdog.stuck()).isEmpty();
    assertThat(watchdog.live().good()).isTrue();
  }

  @Test
  void aStopAndAnotherAttemptThatWaitForStorageForEverAreNotAlive() {
    for (Lifecycle state : List.of(Lifecycle.STOPPING, Lifecycle.recovering("it failed"))) {
      watchdog.on(new SideWork.LifecycleChanged(state));
      pass(51);
      assertThat(watchdog.stuck()).isPresent();
      assertThat(watchdog.live().good()).isTrue();
      pass(50);
      assertThat(watchdog.live().good()).isFalse();
    }
  }

  @Test
  void aGuardianThatDoesNotAnswerIsNotAlive() {
    watchdog.on(new SideWork.LifecycleChanged(Lifecycle.paused(3)));
    now += Watchdog.SILENCE.plusSeconds(1).toNanos();

    assertThat(watchdog.live().reason()).isEqualTo("the guardian has not answered for 61 s");
    watchdog.answered();
    assertThat(watchdog.live().good()).isTrue();
  }
}
