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
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.NativeMessage;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.TensorStaging;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Runs full kNN probes from weight snapshots, on a network of its own, off the training path. */
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
  private final KnnProbe probe;
  private final ProbeTickets tickets;
  private final EventSink events;

  private Evaluator(
      Encoder encoder, Pixels pixels, KnnProbe probe, ProbeTickets tickets, EventSink events) {
    this.tickets = tickets;
    this.encoder = encoder;
    this.pixels = pixels;
    this.probe = probe;
    this.events = events;
  }

  /** The suppliers are called on the evaluator's own thread, and what they make is closed there. */
  public static Behavior<Command> create(
      Supplier<Encoder> encoder,
      Supplier<Pixels> pixels,
      KnnProbe probe,
      ProbeTickets tickets,
      EventSink events) {
    return Behaviors.setup(
        context -> {
          Threads.adopt();
          return new Evaluator(encoder.get(), pixels.get(), probe, tickets, events).ready();
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
    TrainingEvent result = result(evaluate);
    ticket.ifValid(() -> events.on(result));
    tickets.close(ticket);
    evaluate.replyTo().tell(evaluated(ticket.step(), result));
    return Behaviors.same();
  }

  private static Evaluated evaluated(long step, TrainingEvent result) {
    return switch (result) {
      case Progress.KnnMeasured measured ->
          new Evaluated(
              step,
              measured.accuracies(),
              "kNN of step %d: %s"
                  .formatted(
                      step,
                      measured.accuracies().stream()
                          .map(KnnAccuracy::line)
                          .collect(Collectors.joining(", "))));
      case SideWork.ProbeFailed failed ->
          new Evaluated(
              step, List.of(), "no kNN probe of step %d: %s".formatted(step, failed.line()));
      default -> throw new IllegalStateException(result.toString());
    };
  }

  /** The accuracies, or why there are none. */
  private TrainingEvent result(Evaluate evaluate) {
    long step = evaluate.ticket().step();
    try {
      return new Progress.KnnMeasured(step, accuracies(evaluate));
    } catch (SourceUnavailableException e) {
      return new SideWork.ProbeFailed(step, e.getMessage(), false);
    } catch (RuntimeException e) {
      if (OutOfMemoryException.line(e).isPresent()) {
        throw e;
      }
      return new SideWork.ProbeFailed(step, NativeMessage.of(e), true);
    }
  }

  private List<KnnAccuracy> accuracies(Evaluate evaluate) {
    long begin = System.nanoTime();
    try (TensorStaging.Copy weights = evaluate.encoder()) {
      TensorCodec.copyAll(weights.tensors(), encoder.weights().tensors());
    }
    List<KnnAccuracy> accuracies =
        probe.run(
            images -> {
              evaluate.ticket().requireValid();
              return encoder.features(images);
            },
            pixels);
    events.on(
        new SideWork.ProbeCompleted(KnnProbe.PROBE, Duration.ofNanos(System.nanoTime() - begin)));
    return accuracies;
  }

  private Behavior<Command> onPostStop() {
    encoder.close();
    pixels.close();
    return Behaviors.same();
  }
}
