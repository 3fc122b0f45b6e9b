package io.mocov3.actors.session;

import io.mocov3.actors.evaluation.LiveProbe;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.FlightRecorder;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.Timing;
import io.mocov3.actors.stability.StabilityMonitor;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.evaluation.Health;
import io.mocov3.model.method.Embedding;
import io.mocov3.model.method.Targets;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.StepMeasurement;
import io.mocov3.model.tensor.ViewPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What is seen of the steps beside their update: gradients are judged, steps kept for a capsule,
 * features classified and looked at.
 */
final class StepWatch {
  private final Learner learner;
  private final StabilityPlan plan;
  private final ImageSource source;
  private final StabilityMonitor monitor;
  private final Optional<LiveProbe> live;
  private final EventSink events;

  /** Those of the whole batch of a step, and which batch it was. */
  static final class Samples {
    private final long position;
    private final int[] indices;

    Samples(long position, int[] indices) {
      this.position = position;
      this.indices = indices;
    }

    long position() {
      return position;
    }

    int[] indices() {
      return indices;
    }
  }

  /** {@code learner} stays its owner's. */
  StepWatch(Learner learner, StabilityPlan plan, ViewPipeline pipeline, EventSink events) {
    this.learner = learner;
    this.plan = plan;
    this.live = learner.live();
    source = pipeline.source();
    this.events = events;
    monitor = new StabilityMonitor(plan, pipeline.seed(), pipeline.source()::id, events);
  }

  List<Stateful> sections() {
    String data = subject(source);
    List<Stateful> sections =
        new ArrayList<>(
            monitor.sections(data, live.map(LiveProbe::subject).orElse("without live probe")));
    live.ifPresent(probe -> sections.add(probe.queue().of(data + ", " + probe.queue().subject())));
    return sections;
  }

  /** Enough to tell one set of images from another without reading them. */
  private static String subject(ImageSource source) {
    return "%d images, %08x, %s, %s"
        .formatted(
            source.size(),
            source.classNames().hashCode(),
            source.id(0),
            source.id(source.size() - 1));
  }

  /** After a rollback layers are only watched for a while. */
  void warmUp() {
    monitor.warmUp();
  }

  /** Whether features and queries of this step are wanted beyond its gradients. */
  boolean wantsEmbeddings(long step) {
    return live.isPresent() || plan.probeDue(step);
  }

  /** The fire drill of a step, which is for a run without rollbacks. */
  Optional<StabilityPlan.Drill> drill(long step, int rollbacks) {
    return Optional.of(plan.drill()).filter(drill -> drill.at(step) && rollbacks == 0);
  }

  /** Whether the update is to be applied. */
  boolean judge(long step, StepMeasurement measurement) {
    return monitor.judge(step, measurement);
  }

  /** Tells of a step, and of its samples if they are {@code logged}. */
  void tell(Progress.StepCompleted step, int[] samples, boolean logged) {
    events.on(new Timing.KeyStaleness(0));
    events.on(step);
    if (logged) {
      events.on(
          new Progress.SamplesSeen(
              step.step(), Arrays.stream(samples).mapToObj(source::id).toList()));
    }
  }

  void remember(
      long step, Samples samples, Rates rates, StepMeasurement measured, boolean applied) {
    monitor.record(
        new FlightRecorder.RecordedStep(
            step,
            samples.position(),
            samples.indices().clone(),
            measured.loss(),
            rates.learningRate(),
            rates.momentum(),
            applied,
            measured.gradients()));
  }

  /** The features of a step enter the queue; at the interval they are looked at. */
  void look(long step, int[] samples, Pending pending, Targets targets) {
    List<Embedding> embeddings = pending.embeddings();
    if (embeddings.isEmpty()) {
      return;
    }
    Embedding first = embeddings.getFirst();
    Embedding second = embeddings.getLast();
    live.ifPresent(probe -> probe.enqueue(first, second, samples, step));
    if (plan.probeDue(step)) {
      live.ifPresent(probe -> classify(probe, step));
      double drift = learner.step().queryKeyDrift();
      monitor.health(step, Health.of(first, second, keysOf(second, targets), drift));
    }
  }

  /** Of a method without keys its queries. */
  private static Tensor keysOf(Embedding view, Targets targets) {
    return targets.keys().map(ViewPair::second).orElse(view.query());
  }

  private void classify(LiveProbe probe, long step) {
    monitor.accuracies(step, probe.run(learner.step().base(), learner.pixels(), step));
    events.on(new Timing.FeatureAge(probe.queueAge(step)));
  }

  /** Why training must not go on, if so. */
  Optional<Incident> incident() {
    return monitor.incident();
  }
}
