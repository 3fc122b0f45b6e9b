package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.device.Placement;
import io.mocov3.model.optim.AdamWConfig;
import io.mocov3.model.optim.DecayExclusion;
import io.mocov3.model.optim.LambConfig;
import io.mocov3.model.optim.LarsConfig;
import io.mocov3.model.optim.LearningRateSchedule;
import io.mocov3.model.optim.MomentumSchedule;
import io.mocov3.model.optim.OptimizerConfig;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two hundred fp32 steps with each optimizer against losses that the same code computed once, in
 * {@code golden/}. Where a change of the mathematics is meant, the files are replaced by what this
 * test leaves in {@code target/golden/}.
 */
class GoldenLossTest {
  private static final int STEPS = 200;

  /** With 1e-8 rounding decides the sign of the smallest gradients, and so their whole step. */
  private static final AdamWConfig ADAM_W =
      new AdamWConfig(0.9, 0.999, 1e-5, 0.1, DecayExclusion.NONE);

  /** Relative. Other instruction sets, and products in other parts, were seen to differ by 3e-6. */
  private static final double TOLERANCE = 2e-5;

  /** Later one ReLU that rounding lets through was seen to change a loss by 2e-4. */
  private static final int SURE_STEPS = 150;

  private static final double LATE_TOLERANCE = 1e-3;

  static Stream<Arguments> optimizers() {
    return Stream.of(
        Arguments.of("adamw", ADAM_W, 0.005),
        Arguments.of("lars", new LarsConfig(0.9, 0.02, 1e-4, LarsConfig.Form.REFERENCE), 0.5),
        Arguments.of("lamb", new LambConfig(0.9, 0.999, 1e-6, 1e-3, DecayExclusion.NONE, 0), 0.03));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void theLossesAreThoseOfTheFile(String name, OptimizerConfig optimizer, double rate)
      throws Exception {
    List<Double> losses = train(optimizer, rate);
    keep(name, losses);

    List<Double> golden = golden(name);
    assertThat(losses).hasSameSizeAs(golden);
    for (int step = 0; step < golden.size(); step++) {
      assertThat(losses.get(step))
          .as("step %d", step)
          .isCloseTo(
              golden.get(step),
              within((step < SURE_STEPS ? TOLERANCE : LATE_TOLERANCE) * golden.get(step)));
    }
    assertThat(losses.getLast()).isLessThan(0.8 * losses.getFirst());
  }

  private static List<Double> train(OptimizerConfig optimizer, double peak) {
    LearningRateSchedule rate = new LearningRateSchedule(peak, Tiny.BATCH, 20, STEPS);
    MomentumSchedule momentum = new MomentumSchedule(0.9, true, STEPS);
    try (TrainingStep model =
        new TrainingStep(Tiny.config(), new StepConfig(optimizer), Placement.CPU, 1)) {
      return Stream.iterate(0, step -> step + 1)
          .limit(STEPS)
          .map(
              step -> {
                try (PointerScope scope = new PointerScope()) {
                  return model.run(
                      Tiny.views(step % 4), new Rates(rate.at(step), momentum.at(step)));
                }
              })
          .toList();
    }
  }

  private static void keep(String name, List<Double> losses) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "golden"));
    Files.write(folder.resolve(name + ".txt"), losses.stream().map("%.7f"::formatted).toList());
  }

  private static List<Double> golden(String name) throws IOException, URISyntaxException {
    Path file =
        Path.of(
            Objects.requireNonNull(
                    GoldenLossTest.class.getResource("/golden/" + name + ".txt"), name)
                .toURI());
    return Files.readAllLines(file).stream().map(Double::valueOf).toList();
  }
}
