package io.mocov3.actors.guardian;

import akka.actor.typed.Behavior;
import io.mocov3.actors.Patience;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.control.PauseMark;
import io.mocov3.actors.evaluation.Evaluator;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.ranks.Leader;
import io.mocov3.actors.session.TrainingSession;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Everything the actors are made from. {@code requireData} throws while the images cannot be
 * reached, and may block. The outcome is completed exactly once.
 */
public record Blueprint(
    TrainingSession.Factory sessions,
    StabilityPolicy policy,
    Behavior<Checkpointer.Command> checkpointer,
    Optional<Evaluator.Desk> evaluator,
    Runnable requireData,
    PauseMark pauses,
    Patience patience,
    EventSink events,
    Leader ranks,
    CompletableFuture<TrainingOutcome> outcome) {}
