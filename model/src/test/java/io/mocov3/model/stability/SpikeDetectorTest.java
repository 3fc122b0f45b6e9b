package io.mocov3.model.stability;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.checkpoint.Saved;
import io.mocov3.model.stability.Spike.Crossing;
import io.mocov3.model.stability.SpikeDetector.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpikeDetectorTest {
  private static final List<String> LAYERS =
      List.of("patch_projection", "block_00", "block_01", "all");

  private final Random random = new Random(1);
  private final SpikeDetector detector = new SpikeDetector(SpikeRule.DEFAULT);
  private final List<Spike> begun = new ArrayList<>();
  private final List<Spike> ended = new ArrayList<>();

  @Test
  void aSpikeThatWandersIsOneEventWithItsOnsetItsOrderAndItsLag() {
    for (long step = 1; step <= 600; step++) {
      double projection = step == 300 || step == 301 ? 40 : 1;
      double first = step == 312 ? 20 : 1;
      double last = step == 330 ? 9 : 1;
      observe(step, projection, first, last);
    }

    assertThat(begun).singleElement().satisfies(spike -> assertThat(spike.onset()).isEqualTo(300));
    assertThat(ended).hasSize(1);
    Spike spike = ended.getFirst();
    assertThat(spike.onset()).isEqualTo(300);
    assertThat(spike.firstLayer()).isEqualTo("patch_projection");
    assertThat(spike.crossings())
        .extracting(Crossing::layer)
        .containsExactly("patch_projection", "block_00", "block_01");
    assertThat(spike.lag()).isEqualTo(30);
    assertThat(spike.height()).isBetween(30.0, 55.0);
  }

  @Test
  void healthyNoiseDriftAndALevelThatChangesForGoodAreNoSeriesOfSpikes() {
    for (long step = 1; step <= 5000; step++) {
      double drift = Math.exp(-step / 1500.0);
      double level = step < 2500 ? 1 : 2.5;
      observe(step, drift * level, drift * level, drift);
    }

    assertThat(begun).isEmpty();
  }

  @Test
  void nothingIsSaidDuringWarmUp() {
    for (long step = 1; step <= SpikeRule.DEFAULT.warmUpSteps(); step++) {
      observe(step, step % 7 == 0 ? 100 : 1, 1, 1);
    }

    assertThat(begun).isEmpty();
  }

  @Test
  void aLayerIsReportedOnceWhileItStaysHigh() {
    for (long step = 1; step <= 320; step++) {
      observe(step, step >= 300 ? 50 : 1, 1, 1);
    }

    assertThat(begun).hasSize(1);
  }

  @Test
  void afterWarmingUpAnewLayersAreOnlyWatchedForAWhile() {
    for (long step = 1; step <= 300; step++) {
      observe(step, 1, 1, 1);
    }
    detector.warmUp();
    long settled = 300L + SpikeRule.DEFAULT.warmUpSteps();

    observe(settled - 5, 50, 1, 1);
    assertThat(begun).isEmpty();
    for (long step = 301; step <= settled; step++) {
      observe(step, 1, 1, 1);
    }
    observe(settled + 30, 50, 1, 1);

    assertThat(begun).hasSize(1);
  }

  @Test
  void anOpenSpikeIsEndedAfterARestartAsItWouldHaveBeen() {
    for (long step = 1; step <= 250; step++) {
      observe(step, step == 249 ? 30 : 1, step == 250 ? 30 : 1, 1);
    }
    SpikeDetector restored = new SpikeDetector(SpikeRule.DEFAULT);
    restored.load(new Saved(detector.save()));

    for (long step = 251; step <= 320; step++) {
      List<Double> norms = norms(1, 1, 1);
      Verdict expected = detector.observe(step, LAYERS, norms);
      assertThat(restored.observe(step, LAYERS, norms)).isEqualTo(expected);
      expected.ended().ifPresent(ended::add);
    }
    assertThat(ended).singleElement().satisfies(spike -> assertThat(spike.crossings()).hasSize(2));
  }

  @Test
  void aRestoredDetectorGoesOnAsIfNothingHadHappened() {
    for (long step = 1; step <= 250; step++) {
      observe(step, 1, 1, 1);
    }
    SpikeDetector restored = new SpikeDetector(SpikeRule.DEFAULT);
    restored.load(new Saved(detector.save()));

    for (long step = 251; step <= 300; step++) {
      List<Double> norms = norms(step == 280 ? 30 : 1, 1, 1);
      Verdict expected = detector.observe(step, LAYERS, norms);
      assertThat(restored.observe(step, LAYERS, norms)).isEqualTo(expected);
      assertThat(expected.begun().isPresent()).isEqualTo(step == 280);
    }
  }

  private void observe(long step, double... levels) {
    Verdict verdict = detector.observe(step, LAYERS, norms(levels));
    verdict.begun().ifPresent(begun::add);
    verdict.ended().ifPresent(ended::add);
  }

  /** Log-normal noise of 10 %, and the norm of all. */
  private List<Double> norms(double... levels) {
    List<Double> norms = new ArrayList<>();
    double squares = 0;
    for (double level : levels) {
      double norm = level * Math.exp(0.1 * random.nextGaussian());
      norms.add(norm);
      squares += norm * norm;
    }
    norms.add(Math.sqrt(squares));
    return norms;
  }
}
