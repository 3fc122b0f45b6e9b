package io.mocov3.model.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MixingTest {
  @Test
  void halfOfTheBatchesAreCut() {
    List<Mixing.Draw> draws = draws(new Mixing(0.8, 1, 0.1));

    assertThat(draws.stream().filter(draw -> draw.box().isPresent()).count())
        .isBetween(4800L, 5200L);
    assertThat(draws).allMatch(draw -> draw.own() >= 0 && draw.own() <= 1);
  }

  @Test
  void sharesHaveTheMomentsOfBeta() {
    List<Mixing.Draw> draws = draws(new Mixing(0.8, 0, 0));
    double mean = draws.stream().mapToDouble(Mixing.Draw::own).average().orElseThrow();
    double variance =
        draws.stream().mapToDouble(draw -> Math.pow(draw.own() - mean, 2)).average().orElseThrow();

    assertThat(mean).isCloseTo(0.5, within(0.01));
    assertThat(variance).isCloseTo(1 / (4 * (2 * 0.8 + 1)), within(0.003));
  }

  @Test
  void theShareOfACutIsThatOfItsPixels() {
    for (Mixing.Draw draw : draws(new Mixing(0, 1, 0))) {
      Mixing.Box box = draw.box().orElseThrow();
      double area = (double) (box.bottom() - box.top()) * (box.right() - box.left());

      assertThat(draw.own()).isCloseTo(1 - area / (32 * 32), within(1e-12));
      assertThat(box.top()).isBetween(0L, box.bottom());
      assertThat(box.right()).isBetween(box.left(), 32L);
    }
  }

  @Test
  void largeParametersDoNotHang() {
    List<Mixing.Draw> draws = draws(new Mixing(100, 0, 0));

    assertThat(draws).allMatch(draw -> Math.abs(draw.own() - 0.5) < 0.25);
  }

  @Test
  void withoutBothNothingIsMixed() {
    assertThat(draws(new Mixing(0, 0, 0.1))).containsOnly(Mixing.Draw.NONE);
  }

  private static List<Mixing.Draw> draws(Mixing mixing) {
    Random random = new Random(5);
    return IntStream.range(0, 10_000).mapToObj(i -> mixing.draw(32, random)).toList();
  }
}
