package io.mocov3.actors;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DataWaitTest {

  @Test
  void aWaitWithoutProgressIsTheSameWait() {
    DataWait wait = new DataWait(Duration.ZERO);

    wait.begin(5);
    wait.started(5);
    wait.begin(5);
    assertThat(wait.isOver()).isTrue();

    DataWait patient = new DataWait(Duration.ofMinutes(10));
    patient.begin(0);
    assertThat(patient.isOver()).isFalse();
    assertThat(patient.pause()).isEqualTo(Duration.ofSeconds(1));
    patient.started(0);
    patient.begin(0);
    assertThat(patient.pause()).isEqualTo(Duration.ofSeconds(2));
    patient.begin(1);
    assertThat(patient.pause()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void progressAfterTrainingWentBackIsProgress() {
    DataWait wait = new DataWait(Duration.ofMinutes(10));
    wait.begin(100);
    assertThat(wait.pause()).isEqualTo(Duration.ofSeconds(1));
    wait.started(50);
    wait.begin(80);
    assertThat(wait.pause()).isEqualTo(Duration.ofSeconds(1));
  }
}
