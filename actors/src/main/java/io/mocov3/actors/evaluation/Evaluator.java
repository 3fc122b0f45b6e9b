package io.mocov3.actors.evaluation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.actors.OutOfMemoryException;
import io.mocov3.actors.events.RunLog;
import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.metrics.TrainingMetrics;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.NativeMessage;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.TensorStaging;
import io.mocov3.model.tensor.Threads;
import java.time.Duration;
import java.util.function.Supplier;

/** Runs full kNN probes from weight snapshots, on a network of its own, off the training path. */
public final class Evaluator {

  /** What the evaluator is asked. */
  public sealed interface Command {}

  /**
   * Probe these weights of the base encoder, which are taken over and must not change meanwhile.
   */
  public record Evaluate(long step, TensorStaging.Copy encoder, ActorRef<Evaluated> replyTo)
      implements Command {}

  /** The snapshot is free again. */
  public record Evaluated(long step) {}

  private final Encoder encoder;
  private final Pixels pixels;
  private final KnnProbe probe;
  private final TrainingMetrics metrics;
  private final RunLog log;

  private Evaluator(
      Encoder encoder, Pixels pixels, KnnProbe probe, TrainingMetrics metrics, RunLog log) {
    this.encoder = encoder;
    this.pixels = pixels;
    this.probe = probe;
    this.metrics = metrics;
    this.log = log;
  }

  /** The suppliers are called on the evaluator's own thread, and what they make is closed there. */
  public static Behavior<Command> create(
      Supplier<Encoder> encoder,
      Supplier<Pixels> pixels,
      KnnProbe probe,
      TrainingMetrics metrics,
      RunLog log) {
    return Behaviors.setup(
        context -> {
          Threads.adopt();
          return new Evaluator(encoder.get(), pixels.get(), probe, metrics, log).ready();
        });
  }

  private Behavior<Command> ready() {
    return Behaviors.receive(Command.class)
        .onMessage(Evaluate.class, this::onEvaluate)
        .onSignal(PostStop.class, signal -> onPostStop())
        .build();
  }

  private Behavior<Command> onEvaluate(Evaluate evaluate) {
    try {
      evaluate(evaluate);
    } catch (SourceUnavailableException e) {
      log.warning("no kNN probe of step %d: %s".formatted(evaluate.step(), e.getMessage()));
    } catch (RuntimeException e) {
      if (OutOfMemoryException.line(e).isPresent()) {
        throw e;
      }
      metrics.actorFailed("evaluator");
      log.warning("no kNN probe of step %d: %s".formatted(evaluate.step(), NativeMessage.of(e)));
    }
    evaluate.replyTo().tell(new Evaluated(evaluate.step()));
    return Behaviors.same();
  }

  private void evaluate(Evaluate evaluate) {
    long begin = System.nanoTime();
    try (TensorStaging.Copy weights = evaluate.encoder()) {
      TensorCodec.copyAll(weights.tensors(), encoder.weights().tensors());
    }
    for (KnnAccuracy accuracy : probe.run(encoder, pixels)) {
      metrics.knnAccuracy(accuracy);
      log.knn(evaluate.step(), accuracy);
    }
    metrics.evaluationCompleted(KnnProbe.PROBE, Duration.ofNanos(System.nanoTime() - begin));
  }

  private Behavior<Command> onPostStop() {
    encoder.close();
    pixels.close();
    return Behaviors.same();
  }
}
