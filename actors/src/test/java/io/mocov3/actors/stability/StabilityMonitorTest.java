package io.mocov3.actors.stability;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.actors.events.RecordingLog;
import io.mocov3.actors.events.StabilityEvent.DipFound;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.events.StabilityPolicy.Action;
import io.mocov3.actors.events.StabilityPolicy.Change;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.stability.DipRule;
import io.mocov3.model.stability.SpikeRule;
import io.mocov3.model.step.GradientNorms;
import io.mocov3.model.step.StepMeasurement;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StabilityMonitorTest {
  private final RecordingLog log = new RecordingLog();
  private final Random random = new Random(5);

  @Test
  void aDipIsReportedWithTheSpikeBeforeItAndRolledBackToBeforeThatSpike() {
    StabilityMonitor monitor = monitor(Action.ROLLBACK);
    train(monitor, 600, 400);

    assertThat(dips()).isNotEmpty();
    DipFound first = dips().getFirst();
    assertThat(first.dip().onset()).isEqualTo(420);
    assertThat(first.spikesBefore())
        .singleElement()
        .satisfies(spike -> assertThat(spike.onset()).isEqualTo(400));
    assertThat(first.line()).contains("spikes before it: step 400 in patch_projection");
    assertThat(dips()).filteredOn(DipFound::first).as("two curves, one dip").hasSize(1);
    assertThat(dips()).hasSize(2);
    assertThat(monitor.incident())
        .hasValueSatisfying(
            incident -> {
              assertThat(incident.reason()).isEqualTo(IncidentKind.DIP);
              assertThat(incident.onset()).isEqualTo(400);
            });
  }

  @Test
  void observingADipInterruptsNothing() {
    StabilityMonitor monitor = monitor(Action.OBSERVE);
    train(monitor, 600, 400);

    assertThat(dips()).isNotEmpty();
    assertThat(monitor.incident()).isEmpty();
  }

  /** Both curves fall a little after the spike. */
  private void train(StabilityMonitor monitor, long steps, long spikeAt) {
    for (long step = 1; step <= steps && monitor.incident().isEmpty(); step++) {
      double noise = Math.exp(0.05 * random.nextGaussian());
      List<Double> norms = List.of(step == spikeAt ? 40 * noise : noise, noise, 2 * noise);
      assertThat(
              monitor.judge(
                  step,
                  new StepMeasurement(
                      3,
                      new GradientNorms(
                          List.of("patch_projection", "block_00", "all"), norms, norms))))
          .isTrue();
      if (step % 20 == 0) {
        double accuracy = step > spikeAt ? 0.3 : 0.2 + step / 1000.0;
        monitor.accuracies(
            step,
            List.of(
                new KnnAccuracy("test", 1, 0.07, "queue", accuracy),
                new KnnAccuracy("test", 20, 0.07, "queue", accuracy)));
      }
    }
  }

  private List<DipFound> dips() {
    return log.events.stream()
        .filter(DipFound.class::isInstance)
        .map(DipFound.class::cast)
        .toList();
  }

  private StabilityMonitor monitor(Action action) {
    StabilityPolicy policy =
        new StabilityPolicy(
            action,
            Set.of(IncidentKind.DIP),
            5,
            2,
            new StabilityPolicy.Repair(Change.SKIP_DATA, 0.5, 0.1));
    return new StabilityMonitor(
        new StabilityPlan(
            SpikeRule.DEFAULT, DipRule.DEFAULT, policy, 8, 20, StabilityPlan.Drill.NONE),
        1,
        Integer::toString,
        log);
  }
}
