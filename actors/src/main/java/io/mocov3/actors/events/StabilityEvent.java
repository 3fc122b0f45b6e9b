package io.mocov3.actors.events;

import io.mocov3.model.stability.Dip;
import io.mocov3.model.stability.Spike;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Something that happened to training and that a person should see. */
public sealed interface StabilityEvent extends TrainingEvent {

  /** The completed steps when it was noticed. */
  long step();

  /** For people, in one line. */
  String line();

  /** A gradient spike began. */
  record SpikeBegan(long step, Spike spike) implements StabilityEvent {
    @Override
    public String line() {
      Spike.Crossing first = spike.crossings().getFirst();
      return String.format(
          Locale.ROOT,
          "gradient spike at step %d in %s: %.1f times its median (%.1f robust deviations)",
          spike.onset(),
          first.layer(),
          first.height(),
          first.score());
    }
  }

  /** A gradient spike is over: its layers are in the order they crossed. */
  record SpikeEnded(long step, Spike spike) implements StabilityEvent {
    @Override
    public String line() {
      if (spike.crossings().size() == 1) {
        return "the spike of step %d stayed in %s".formatted(spike.onset(), spike.firstLayer());
      }
      return "the spike of step %d reached %d layers in %d steps: %s"
          .formatted(
              spike.onset(),
              spike.crossings().size(),
              spike.lag(),
              spike.crossings().stream()
                  .map(crossing -> crossing.layer() + " +" + (crossing.step() - spike.onset()))
                  .collect(Collectors.joining(", ")));
    }
  }

  /** A loss or a gradient was not finite. */
  record NotFinite(long step, String layer, double loss) implements StabilityEvent {
    @Override
    public String line() {
      return "step %d is not finite (loss %s, first in %s); its update was not applied"
          .formatted(step, loss, layer);
    }
  }

  /** An update was not applied because of a spike. */
  record Skipped(long step) implements StabilityEvent {
    @Override
    public String line() {
      return "the update of step %d was skipped".formatted(step);
    }
  }

  /** A curve fell, after these spikes; {@code first} of those that fell at the same probe. */
  record DipFound(long step, Dip dip, List<Spike> spikesBefore, boolean first)
      implements StabilityEvent {
    @Override
    public String line() {
      String spikes =
          spikesBefore.isEmpty()
              ? "no spike before it"
              : "spikes before it: "
                  + spikesBefore.stream()
                      .map(spike -> "step " + spike.onset() + " in " + spike.firstLayer())
                      .collect(Collectors.joining(", "));
      return String.format(
          Locale.ROOT,
          "dip of %s from %.4f at step %d to %.4f at step %d; %s",
          dip.series(),
          dip.best(),
          dip.bestStep(),
          dip.value(),
          dip.confirmedStep(),
          spikes);
    }
  }

  /** Training went back. */
  record RolledBack(long step, long to, Incident incident, Adjustments adjustments)
      implements StabilityEvent {
    @Override
    public String line() {
      return "rolled back from step %d to step %d (%s); rollback %d, data offset %d, learning rate x %s, projection %s"
          .formatted(
              step,
              to,
              incident.line(),
              adjustments.rollbacks(),
              adjustments.dataOffset(),
              adjustments.learningRateFactor(),
              adjustments.frozenProjection()
                  ? "frozen"
                  : adjustments.projectionClip() > 0
                      ? "clipped at " + adjustments.projectionClip()
                      : "as it was");
    }
  }

  /** Training ends because of its policy. */
  record Stopped(long step, Incident incident) implements StabilityEvent {
    @Override
    public String line() {
      return "stopped at step %d: %s".formatted(step, incident.line());
    }
  }
}
