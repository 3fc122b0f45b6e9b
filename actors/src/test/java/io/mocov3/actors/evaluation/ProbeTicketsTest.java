package io.mocov3.actors.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.actors.evaluation.ProbeTickets.Ticket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeTicketsTest {
  private final ProbeTickets tickets = new ProbeTickets();
  private final List<Long> told = new ArrayList<>();

  @Test
  void whatIsOfStepsThatAreUndoneIsNotTold() {
    Ticket before = tickets.issue(40);
    Ticket after = tickets.issue(60);

    tickets.goBackTo(50);
    Ticket again = tickets.issue(60);
    for (Ticket ticket : List.of(before, after, again)) {
      ticket.ifValid(() -> told.add(ticket.step()));
    }

    assertThat(told).containsExactly(40L, 60L);
  }

  @Test
  void whatIsOfTheLastStepBeforeIsTold() {
    Ticket ticket = tickets.issue(50);

    tickets.goBackTo(50);
    ticket.ifValid(() -> told.add(ticket.step()));

    assertThat(told).containsExactly(50L);
  }
}
