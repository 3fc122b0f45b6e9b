package io.mocov3.actors.views;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BadImageBudgetTest {

  @Test
  void moreThanTheShareEndsTrainingAndTheSameImageCountsOnce() {
    BadImageBudget budget = new BadImageBudget(100, 0.02);
    budget.spend("a");
    budget.spend("b");
    budget.spend("a");

    assertThatThrownBy(() -> budget.spend("c"))
        .isInstanceOf(BatchFailedException.class)
        .hasMessage(
            "3 of 100 images are undecodable, more than data.max-bad-ratio = 0.02 allows; the last"
                + " is c, all are in quarantine.jsonl");
  }
}
