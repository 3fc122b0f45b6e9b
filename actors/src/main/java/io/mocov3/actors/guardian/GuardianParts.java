package io.mocov3.actors.guardian;

import akka.Done;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mocov3.actors.events.Lifecycle;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.actors.guardian.GuardianCommand.Ping;
import java.time.Duration;
import java.util.function.Function;

/** What the guardian works with, and what it does alike in every phase. */
final class GuardianParts {
  private final ActorContext<GuardianCommand> context;
  private final TimerScheduler<GuardianCommand> timers;
  private final Blueprint blueprint;
  private final Children children;
  private final Requests requests;
  private final Wording wording;
  private Lifecycle lifecycle = Lifecycle.STARTING;

  GuardianParts(
      ActorContext<GuardianCommand> context,
      TimerScheduler<GuardianCommand> timers,
      Blueprint blueprint,
      Children.TrainerFactory trainers) {
    this.context = context;
    this.timers = timers;
    this.blueprint = blueprint;
    children = new Children(context, blueprint, trainers);
    requests =
        new Requests(
            blueprint.pauses(), line -> tell(new SideWork.Warned(line)), new PassedOn(context));
    wording = new Wording(blueprint.patience());
  }

  ActorContext<GuardianCommand> context() {
    return context;
  }

  Blueprint blueprint() {
    return blueprint;
  }

  Children children() {
    return children;
  }

  Requests requests() {
    return requests;
  }

  Wording wording() {
    return wording;
  }

  /** Where the training is in its life. */
  Lifecycle lifecycle() {
    return lifecycle;
  }

  /** Tells itself {@code command} after a while. */
  void later(GuardianCommand command, Duration pause) {
    timers.startSingleTimer(command, pause);
  }

  void tell(TrainingEvent event) {
    blueprint.events().on(event);
  }

  /** Enters a phase. */
  Behavior<GuardianCommand> phase(
      Lifecycle state,
      Function<GuardianCommand, Behavior<GuardianCommand>> onCommand,
      Function<ChildFailed, Behavior<GuardianCommand>> onFailure) {
    lifecycle = state;
    tell(new SideWork.LifecycleChanged(state));
    return Behaviors.receive(
        (same, command) -> onCommand.apply(command),
        (same, signal) ->
            signal instanceof ChildFailed failed ? onFailure.apply(failed) : Behaviors.same());
  }

  Behavior<GuardianCommand> unexpected(GuardianCommand command) {
    tell(
        new SideWork.Warned(
            "the guardian was told %s while it was %s, and ignored it"
                .formatted(command.getClass().getSimpleName(), lifecycle.line())));
    return Behaviors.same();
  }

  static Behavior<GuardianCommand> pong(Ping ping) {
    ping.replyTo().tell(Done.getInstance());
    return Behaviors.same();
  }

  Behavior<GuardianCommand> fail(String reason) {
    return end(new TrainingOutcome.Failed(reason));
  }

  Behavior<GuardianCommand> end(TrainingOutcome outcome) {
    blueprint.evaluator().ifPresent(desk -> desk.tickets().takeBackAll());
    requests.ended(outcome);
    tell(new SideWork.LifecycleChanged(Lifecycle.ENDED));
    blueprint.outcome().complete(outcome);
    return Behaviors.stopped();
  }
}
