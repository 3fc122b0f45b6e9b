package io.mocov3.model.stability;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.checkpoint.Saved;
import io.mocov3.model.stability.DipDetector.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class DipDetectorTest {
  private final DipDetector detector = new DipDetector(DipRule.DEFAULT);
  private final Random random = new Random(3);

  @Test
  void aFallBeyondNoiseIsReportedOnceByTheSecondProbe() {
    List<Dip> dips = curve(200, x -> (x < 100 ? x : x < 120 ? 60 : x - 20) * 0.004 + 0.1, 0.005);

    assertThat(dips).hasSize(1);
    Dip dip = dips.getFirst();
    assertThat(dip.onset()).isEqualTo(1000);
    assertThat(dip.confirmedStep()).isEqualTo(1010);
    assertThat(dip.bestStep()).isBetween(970L, 990L);
    assertThat(dip.fall()).isBetween(0.25, 0.4);
  }

  @Test
  void oneLowPointIsNoDip() {
    assertThat(curve(100, x -> x == 60 ? 0.1 : 0.5, 0.005)).isEmpty();
  }

  @Test
  void noiseAloneIsNoDip() {
    assertThat(curve(1000, x -> 0.4, 0.02)).isEmpty();
  }

  @Test
  void aSecondDipAfterRecoveryIsAnotherOne() {
    assertThat(curve(200, x -> x % 80 > 40 && x % 80 < 60 ? 0.2 : 0.5, 0.005)).hasSize(2);
  }

  @Test
  void aRestoredDetectorFindsADipWhereItWouldHaveBeenFound() {
    DipDetector restored = detector;
    for (int x = 0; x < 60; x++) {
      double value = (x < 40 ? 0.5 : 0.2) + 0.005 * random.nextGaussian();
      Optional<Dip> dip = detector.observe(Kind.ACCURACY, "knn", 10L * x, value);
      if (restored != detector) {
        assertThat(restored.observe(Kind.ACCURACY, "knn", 10L * x, value)).isEqualTo(dip);
      }
      assertThat(dip.isPresent()).isEqualTo(x == 41);
      if (x == 40) {
        restored = new DipDetector(DipRule.DEFAULT);
        restored.load(new Saved(detector.save()));
      }
    }
  }

  @Test
  void signalsOfHealthMayFallFurther() {
    List<Dip> dips = new ArrayList<>();
    for (int x = 0; x < 60; x++) {
      double value = x < 30 ? 1 : 0.6;
      detector.observe(Kind.HEALTH, "effective_rank", x, value).ifPresent(dips::add);
    }

    assertThat(dips).isEmpty();
  }

  private List<Dip> curve(int points, DoubleUnaryOperator truth, double noise) {
    List<Dip> dips = new ArrayList<>();
    for (int x = 0; x < points; x++) {
      double value = truth.applyAsDouble(x) + noise * random.nextGaussian();
      detector.observe(Kind.ACCURACY, "knn", 10L * x, value).ifPresent(dips::add);
    }
    return dips;
  }
}
