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
class DirectiveTest {

  static Stream<Directive> directives() {
    return Stream.of(
        new Directive.Idle(),
        new Directive.Begin(7, 1L << 40, 6, true, new Adjustments(0, 0, 1, true, 0.125)),
        new Directive.Begin(0, 1, 0, false, Adjustments.NONE),
        new Directive.Step(3, new Rates(-0.0, 0.99), true, false),
        new Directive.Step(4, new Rates(Double.MIN_VALUE, 1), false, true),
        new Directive.Verdict(true),
        new Directive.Verdict(false),
        new Directive.End(75));
  }

  @ParameterizedTest
  @MethodSource("directives")
  void everyDirectiveArrives(Directive directive) {
    long[] sum = Directive.numbers(directive);
    long[] stop = Directive.nothing(true);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += stop[i] + Directive.nothing(false)[i];
    }

    Directive.Received received = Directive.exchange(Group.alone(), sum);

    assertThat(received.directive()).isEqualTo(directive);
    assertThat(received.stops()).isOne();
  }

  @Test
  void oneProcessByItselfIsToldNothing() {
    Leader lead = Leader.alone();

    lead.idle();
    lead.verdict(true);
    lead.end(0);

    assertThat(lead.isLost()).isFalse();
    assertThat(lead.isStopWanted()).isFalse();
    int[] samples = {3, 1};
    assertThat(lead.step(0, new Rates(0, 0), true, false, samples)).isSameAs(samples);
  }
}
