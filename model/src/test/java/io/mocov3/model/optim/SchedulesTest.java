package io.mocov3.model.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.ModelException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rate and momentum of the paper's ViT-B/16: 300 epochs, batch 4096. */
class SchedulesTest {
  private static final Offset<Double> EXACT = within(1e-12);

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.5, 0.00003",
    "20, 0.0012",
    "39.75, 0.002385",
    "40, 0.0024",
    "40.25, 0.0023999945250017217",
    "105, 0.0020485281374238573",
    "170, 0.0012",
    "235, 0.0003514718625761429",
    "299.5, 0.00000002189994315320298",
    "300, 0"
  })
  void theLearningRateWarmsUpAndFallsOnHalfACosine(double epoch, double expected) {
    LearningRateSchedule schedule = new LearningRateSchedule(1.5e-4, 4096, 40, 300);

    assertThat(schedule.at(epoch)).isCloseTo(expected, EXACT);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.99",
    "0.5, 0.9900000685387629",
    "75, 0.9914644660940672",
    "150, 0.995",
    "225, 0.9985355339059327",
    "300, 1"
  })
  void theMomentumRisesToOneOnHalfACosine(double epoch, double expected) {
    MomentumSchedule schedule = new MomentumSchedule(0.99, true, 300);

    assertThat(schedule.at(epoch)).isCloseTo(expected, EXACT);
  }

  @ParameterizedTest
  @CsvSource({"0", "0.5", "299.99", "300"})
  void aConstantMomentumStays(double epoch) {
    assertThat(new MomentumSchedule(0.9, false, 300).at(epoch)).isEqualTo(0.9);
  }

  @Test
  void withoutWarmUpTheFirstRateIsThePeak() {
    assertThat(new LearningRateSchedule(1e-3, 512, 0, 10).at(0)).isCloseTo(2e-3, EXACT);
  }

  @Test
  void whenAllEpochsWarmUpTheLastRateIsThePeak() {
    LearningRateSchedule schedule = new LearningRateSchedule(1e-3, 512, 10, 10);

    assertThat(schedule.at(5)).isCloseTo(1e-3, EXACT);
    assertThat(schedule.at(10)).isCloseTo(2e-3, EXACT);
  }

  @ParameterizedTest
  @CsvSource({"0.1, 256, 11, 10", "0.1, 256, -1, 10", "0.1, 256, NaN, 10"})
  void theWarmUpLiesWithinTheEpochs(double rate, int batch, double warmup, double epochs) {
    assertThatThrownBy(() -> new LearningRateSchedule(rate, batch, warmup, epochs))
        .isInstanceOf(ModelException.class)
        .hasMessage("warmup-epochs " + warmup + " must lie between 0 and epochs " + epochs);
  }

  @ParameterizedTest
  @CsvSource({"-0.1, 256", "NaN, 256", "0.1, 0"})
  void rateAndBatchAreNotNegative(double rate, int batch) {
    assertThatThrownBy(() -> new LearningRateSchedule(rate, batch, 1, 10))
        .isInstanceOf(ModelException.class)
        .hasMessage("base-learning-rate must be at least 0 and batch-size positive");
  }

  @ParameterizedTest
  @CsvSource({"-0.01", "1.01", "NaN"})
  void theMomentumLiesBetweenZeroAndOne(double momentum) {
    assertThatThrownBy(() -> new MomentumSchedule(momentum, true, 10))
        .isInstanceOf(ModelException.class)
        .hasMessage("momentum " + momentum + " must lie in [0, 1]");
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "NaN"})
  void theMomentumNeedsEpochs(double epochs) {
    assertThatThrownBy(() -> new MomentumSchedule(0.99, true, epochs))
        .isInstanceOf(ModelException.class)
        .hasMessage("epochs " + epochs + " must be greater than 0");
  }
}
