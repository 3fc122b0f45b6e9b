package io.mocov3.actors.stability;

import io.mocov3.actors.events.Capsule;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.FlightRecorder;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.StabilityPolicy.Action;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.checkpoint.Saved;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.evaluation.Health;
import io.mocov3.model.stability.Dip;
import io.mocov3.model.stability.DipDetector;
import io.mocov3.model.stability.DipDetector.Kind;
import io.mocov3.model.stability.Spike;
import io.mocov3.model.stability.SpikeDetector;
import io.mocov3.model.stability.SpikeDetector.Verdict;
import io.mocov3.model.step.GradientNorms;
import io.mocov3.model.step.StepMeasurement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Per-layer gradients and curves in; spikes, dips and decisions out. Not an actor: whether an
 * update is applied has to be known between backward and update, on the trainer's thread.
 */
public final class StabilityMonitor implements Stateful {

  /** In every checkpoint since operations draw from streams of their own. */
  public static final String SECTION = "stability";

  private static final int REMEMBERED_SPIKES = 16;
  private static final long LOOKBACK_STEPS = 1000;

  private final StabilityPlan plan;
  private final long seed;
  private final EventSink events;
  private final SpikeDetector spikes;
  private final DipDetector dips;
  private final FlightRecorder recorder;
  private final Deque<Spike> recentSpikes = new ArrayDeque<>();
  private Optional<Incident> incident = Optional.empty();
  private Optional<Alarm> alarm = Optional.empty();
  private int skipsInARow;
  private long lastDipStep = -1;

  /** What a capsule is to be written for, once the step is recorded. */
  private record Alarm(String reason, String line) {}

  public StabilityMonitor(
      StabilityPlan plan, long seed, IntFunction<String> idOf, EventSink events) {
    this.plan = plan;
    this.seed = seed;
    this.events = events;
    spikes = new SpikeDetector(plan.spikes());
    dips = new DipDetector(plan.dips());
    recorder = new FlightRecorder(plan.recordedSteps(), idOf);
  }

  /** Whether the update of {@code step} is to be applied. */
  public boolean judge(long step, StepMeasurement measurement) {
    events.on(new Progress.GradientsMeasured(step, measurement.gradients()));
    boolean applied =
        measurement.finite()
            ? judgeSpikes(step, measurement.gradients())
            : refuse(step, measurement);
    skipsInARow = applied ? 0 : skipsInARow + 1;
    return applied;
  }

  private boolean refuse(long step, StepMeasurement measurement) {
    StabilityEvent.NotFinite event =
        new StabilityEvent.NotFinite(
            step, measurement.gradients().firstNotFinite(), measurement.loss());
    tell("non_finite", event);
    if (plan.policy().interruptsFor(IncidentKind.NON_FINITE)) {
      interrupt(IncidentKind.NON_FINITE, step - skipsInARow, step, event.line());
    } else if (skipsInARow >= plan.policy().maxSkips()) {
      interrupt(
          IncidentKind.NON_FINITE,
          step - skipsInARow,
          step,
          "%d steps in a row were not finite, the last one %d".formatted(skipsInARow + 1, step));
    }
    return false;
  }

  private boolean judgeSpikes(long step, GradientNorms gradients) {
    Verdict verdict = spikes.observe(step, gradients.layers(), gradients.l2());
    if (!verdict.crossings().isEmpty()) {
      events.on(new Progress.LayersCrossed(step, verdict.crossings()));
    }
    verdict.begun().ifPresent(spike -> onSpike(step, spike));
    verdict
        .ended()
        .ifPresent(
            spike -> {
              recentSpikes.removeIf(before -> before.onset() == spike.onset());
              remember(spike);
              events.on(new StabilityEvent.SpikeEnded(step, spike));
            });
    boolean skip =
        plan.policy().action() == Action.SKIP
            && verdict.spiking()
            && skipsInARow < plan.policy().maxSkips();
    if (skip) {
      events.on(new StabilityEvent.Skipped(step));
    }
    return !skip;
  }

  private void onSpike(long step, Spike spike) {
    remember(spike);
    StabilityEvent.SpikeBegan event = new StabilityEvent.SpikeBegan(step, spike);
    tell("spike", event);
    if (plan.policy().interruptsFor(IncidentKind.SPIKE)) {
      interrupt(IncidentKind.SPIKE, spike.onset(), step, event.line());
    }
  }

  private void remember(Spike spike) {
    recentSpikes.addLast(spike);
    if (recentSpikes.size() > REMEMBERED_SPIKES) {
      recentSpikes.removeFirst();
    }
  }

  /** Keeps the step, and writes a capsule if something went wrong at it. */
  public void record(FlightRecorder.RecordedStep entry) {
    recorder.record(entry);
    writeCapsule(entry.step());
  }

  private void writeCapsule(long step) {
    alarm.ifPresent(
        now ->
            events.on(
                new Progress.CapsuleFilled(
                    new Capsule(step, now.reason(), now.line(), seed, recorder.entries()))));
    alarm = Optional.empty();
  }

  /** The accuracies of the live probe; none while it has too few references. */
  public void accuracies(long step, List<KnnAccuracy> accuracies) {
    if (!accuracies.isEmpty()) {
      events.on(new Progress.KnnMeasured(step, accuracies));
    }
    accuracies.forEach(accuracy -> observe(step, accuracy));
  }

  private void observe(long step, KnnAccuracy accuracy) {
    String series =
        "kNN %s k=%d T=%s".formatted(accuracy.probe(), accuracy.k(), accuracy.temperature());
    dips.observe(Kind.ACCURACY, series, step, accuracy.accuracy())
        .ifPresent(dip -> onDip(step, dip));
  }

  public void health(long step, Health health) {
    events.on(new Progress.HealthMeasured(step, Signals.of(health)));
    observe(step, "contrastive accuracy", health.contrastiveAccuracy());
    observe(step, "feature standard deviation", health.featureStd());
    observe(step, "effective rank", health.effectiveRank());
    writeCapsule(step);
  }

  private void observe(long step, String series, double value) {
    dips.observe(Kind.HEALTH, series, step, value).ifPresent(dip -> onDip(step, dip));
  }

  /** Curves that fall at the same probe are one dip. */
  private void onDip(long step, Dip dip) {
    List<Spike> before =
        recentSpikes.stream()
            .filter(spike -> spike.onset() <= step && spike.onset() > dip.onset() - LOOKBACK_STEPS)
            .toList();
    boolean first = lastDipStep != step;
    StabilityEvent.DipFound event = new StabilityEvent.DipFound(step, dip, before, first);
    if (!first) {
      events.on(event);
      return;
    }
    lastDipStep = step;
    tell("dip", event);
    if (plan.policy().interruptsFor(IncidentKind.DIP)) {
      long onset = before.stream().mapToLong(Spike::onset).min().orElse(dip.onset());
      interrupt(IncidentKind.DIP, Math.min(onset, dip.onset()), step, event.line());
    }
  }

  private void tell(String reason, StabilityEvent event) {
    events.on(event);
    alarm = Optional.of(new Alarm(reason, event.line()));
  }

  private void interrupt(IncidentKind reason, long onset, long step, String line) {
    incident = Optional.of(new Incident(reason, onset, step, line));
  }

  /** Why training must not go on, if so. */
  public Optional<Incident> incident() {
    return incident;
  }

  /** After a rollback: what was normal before it need not be so now. */
  public void warmUp() {
    spikes.warmUp();
  }

  /**
   * All that decides here, for checkpoints. Samples are of {@code data}; curves are of it, too, as
   * seen by {@code probes}.
   */
  public List<Stateful> sections(String data, String probes) {
    return List.of(spikes, dips.of(data + " " + probes), recorder.of(data), this);
  }

  @Override
  public String section() {
    return SECTION;
  }

  @Override
  public Map<String, Object> save() {
    return Map.of(
        "skips_in_a_row",
        skipsInARow,
        "last_dip_step",
        lastDipStep,
        "recent_spikes",
        recentSpikes.stream().map(Spike::save).toList());
  }

  @Override
  public void load(Saved saved) {
    skipsInARow = (int) saved.integer("skips_in_a_row");
    lastDipStep = saved.integer("last_dip_step");
    recentSpikes.clear();
    saved.objects("recent_spikes").stream().map(Spike::load).forEach(recentSpikes::add);
  }
}
