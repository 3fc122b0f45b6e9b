package io.mocov3.actors.evaluation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.actors.OutOfMemoryException;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.device.Threads;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.NativeMessage;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.TensorStaging;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Runs full probes from weight snapshots, on a network of its own, off the training path. */
public final class Evaluator {

  /** What the evaluator is asked. */
  public sealed interface Command {}

  /**
   * Probe these weights of the base encoder, which are taken over and must not change meanwhile.
   */
  public record Evaluate(
      ProbeTickets.Ticket ticket, TensorStaging.Copy encoder, ActorRef<Evaluated> replyTo)
      implements Command {}

  /**
   * The snapshot is free again; what came of it was told.
   *
   * @param accuracies empty when the probe failed
   * @param line what came of it, for people
   */
  public record Evaluated(long step, List<KnnAccuracy> accuracies, String line) {}

  /** A behavior, and the tickets of those who ask it. */
  public record Desk(Behavior<Command> behavior, ProbeTickets tickets) {}

  private final Encoder encoder;
  private final Pixels pixels;
  private final Work work;
  private final ProbeTickets tickets;
  private final EventSink events;

  /** Each set is read once, and all probes judge its features. */
  public record Work(List<LabelledSets> sets, List<Probe> probes) {}

  private Evaluator(
      Encoder encoder, Pixels pixels, Work work, ProbeTickets tickets, EventSink events) {
    this.tickets = tickets;
    this.encoder = encoder;
    this.pixels = pixels;
    this.work = work;
    this.events = events;
  }

  /** The suppliers are called on the evaluator's own thread, and what they make is closed there. */
  public static Behavior<Command> create(
      Supplier<Encoder> encoder,
      Supplier<Pixels> pixels,
      Work work,
      ProbeTickets tickets,
      EventSink events) {
    return Behaviors.setup(
        context -> {
          Threads.adopt();
          return new Evaluator(encoder.get(), pixels.get(), work, tickets, events).ready();
        });
  }

  private Behavior<Command> ready() {
    return Behaviors.receive(Command.class)
        .onMessage(Evaluate.class, this::onEvaluate)
        .onSignal(PostStop.class, signal -> onPostStop())
        .build();
  }

  private Behavior<Command> onEvaluate(Evaluate evaluate) {
    Threads.adopt(); // the thread may be a new one
    ProbeTickets.Ticket ticket = evaluate.ticket();
    try (TensorStaging.Copy weights = evaluate.encoder()) {
      TensorCodec.copyAll(weights.tensors(), encoder.weights().tensors());
    }
    List<TrainingEvent> results = new ArrayList<>();
    for (LabelledSets sets : work.sets()) {
      List<TrainingEvent> found = judged(ticket, sets);
      ticket.ifValid(() -> found.forEach(events::on));
      results.addAll(found);
    }
    tickets.close(ticket);
    evaluate.replyTo().tell(evaluated(ticket.step(), results));
    return Behaviors.same();
  }

  private static Evaluated evaluated(long step, List<TrainingEvent> results) {
    List<KnnAccuracy> accuracies = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (TrainingEvent result : results) {
      switch (result) {
        case Progress.KnnMeasured knn -> {
          accuracies.addAll(knn.accuracies());
          String all =
              knn.accuracies().stream().map(KnnAccuracy::line).collect(Collectors.joining(", "));
          lines.add("kNN of step %d: %s".formatted(step, all));
        }
        case Progress.LinearMeasured linear ->
            lines.add("linear probe of step %d: %s".formatted(step, linear.accuracy().line()));
        case SideWork.ProbeFailed failed ->
            lines.add("no kNN probe of step %d: %s".formatted(step, failed.line()));
        default -> throw new IllegalStateException(result.toString());
      }
    }
    return new Evaluated(step, accuracies, String.join("; ", lines));
  }

  /** What the probes found in the features of some sets, or why there is nothing. */
  private List<TrainingEvent> judged(ProbeTickets.Ticket ticket, LabelledSets sets) {
    try {
      return judge(ticket, sets);
    } catch (SourceUnavailableException e) {
      return List.of(new SideWork.ProbeFailed(ticket.step(), of(sets, e.getMessage()), false));
    } catch (RuntimeException e) {
      return List.of(failed(ticket, sets, e));
    }
  }

  /** What one probe found; a failure of it costs the others nothing. */
  private static TrainingEvent judged(
      ProbeTickets.Ticket ticket, LabelledSets sets, Supplier<TrainingEvent> probe) {
    try {
      return probe.get();
    } catch (RuntimeException e) {
      return failed(ticket, sets, e);
    }
  }

  private static SideWork.ProbeFailed failed(
      ProbeTickets.Ticket ticket, LabelledSets sets, RuntimeException e) {
    if (OutOfMemoryException.line(e).isPresent()) {
      throw e;
    }
    return new SideWork.ProbeFailed(ticket.step(), of(sets, NativeMessage.of(e)), true);
  }

  private static String of(LabelledSets sets, String line) {
    return sets.name().equals(LabelledSets.DEFAULT) ? line : sets.name() + ": " + line;
  }

  private List<TrainingEvent> judge(ProbeTickets.Ticket ticket, LabelledSets sets) {
    long begin = System.nanoTime();
    List<TrainingEvent> found = new ArrayList<>();
    try (LabelledFeatures train = features(ticket, sets, sets.train());
        LabelledFeatures test = features(ticket, sets, sets.test())) {
      for (Probe probe : work.probes()) {
        ticket.requireValid();
        found.add(
            judged(
                ticket,
                sets,
                () -> probe.judge(ticket.step(), sets, train, test, ticket::requireValid)));
      }
    }
    events.on(
        new SideWork.ProbeCompleted(sets.name(), Duration.ofNanos(System.nanoTime() - begin)));
    return found;
  }

  private LabelledFeatures features(
      ProbeTickets.Ticket ticket, LabelledSets sets, LabelledSets.Images images) {
    return sets.features(
        images,
        batch -> {
          ticket.requireValid();
          return encoder.features(batch);
        },
        pixels);
  }

  private Behavior<Command> onPostStop() {
    encoder.close();
    pixels.close();
    return Behaviors.same();
  }
}
