package io.mocov3.actors.ranks;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.actors.events.Adjustments;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.step.Rates;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told arrives, through numbers that are summed. */
class OrderTest {

  static Stream<Order> orders() {
    return Stream.of(
        new Order.Idle(),
        new Order.Begin(7, 1L << 40, 6, true, new Adjustments(0, 0, 1, true, 0.125)),
        new Order.Begin(0, 1, 0, false, Adjustments.NONE),
        new Order.Step(3, new Rates(-0.0, 0.99), true, false),
        new Order.Step(4, new Rates(Double.MIN_VALUE, 1), false, true),
        new Order.Verdict(true),
        new Order.Verdict(false),
        new Order.End(75));
  }

  @ParameterizedTest
  @MethodSource("orders")
  void everyOrderArrives(Order order) {
    long[] sum = Order.numbers(order);
    long[] stop = Order.nothing(true);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += stop[i] + Order.nothing(false)[i];
    }

    Order.Received received = Order.exchange(Group.alone(), sum);

    assertThat(received.order()).isEqualTo(order);
    assertThat(received.stops()).isOne();
  }

  @Test
  void oneProcessByItselfIsToldNothing() {
    Lead lead = Lead.alone();

    lead.idle();
    lead.verdict(true);
    lead.end(0);

    assertThat(lead.isLost()).isFalse();
    assertThat(lead.isStopWanted()).isFalse();
    int[] samples = {3, 1};
    assertThat(lead.step(0, new Rates(0, 0), true, false, samples)).isSameAs(samples);
  }
}
