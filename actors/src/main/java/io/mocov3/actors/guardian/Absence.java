package io.mocov3.actors.guardian;

import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.actors.DataWait;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.events.Lifecycle;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.guardian.GuardianCommand.Ask;
import io.mocov3.actors.guardian.GuardianCommand.GiveUp;
import io.mocov3.actors.guardian.GuardianCommand.Look;
import io.mocov3.actors.guardian.GuardianCommand.Looked;
import io.mocov3.actors.guardian.GuardianCommand.Ping;
import io.mocov3.actors.guardian.GuardianCommand.Retry;
import io.mocov3.actors.guardian.GuardianCommand.Start;
import io.mocov3.actors.guardian.GuardianCommand.Stop;
import io.mocov3.actors.guardian.GuardianCommand.StorageAtRest;
import io.mocov3.actors.guardian.GuardianCommand.Stuck;
import io.mocov3.actors.guardian.GuardianCommand.TrainerTold;
import io.mocov3.actors.training.TrainerEvent;
import io.mocov3.augment.SourceUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The guardian's phases without a trainer: the images are out of reach and looked for, or the
 * trainer failed and is about to be started again.
 */
final class Absence {
  private static final Duration ANSWER = Duration.ofSeconds(20);

  private final GuardianParts parts;
  private final Supplier<Behavior<GuardianCommand>> again;
  private final DataWait dataWait;
  private final Attempts attempts = new Attempts();

  /** {@code again} starts a trainer from the newest checkpoint. */
  Absence(GuardianParts parts, Supplier<Behavior<GuardianCommand>> again) {
    this.parts = parts;
    this.again = again;
    dataWait = new DataWait(parts.blueprint().patience().data());
  }

  /** Training goes on after {@code step}. */
  void started(long step) {
    attempts.started(step);
    dataWait.started(step);
  }

  Behavior<GuardianCommand> dataFailed(TrainerEvent.DataFailed failed) {
    String reason = ActorFailure.reason(failed.cause());
    parts.requests().trainerEnded(reason);
    if (!(failed.cause() instanceof SourceUnavailableException)) {
      return parts.fail(reason);
    }
    dataWait.begin(failed.step());
    if (dataWait.isOver()) {
      return dataGone(failed);
    }
    parts.tell(new SideWork.DataLost(parts.wording().waitingForData(reason, failed)));
    parts.later(Look.INSTANCE, dataWait.pause());
    return waitingForData(failed);
  }

  private Behavior<GuardianCommand> waitingForData(TrainerEvent.DataFailed failed) {
    return parts.phase(
        Lifecycle.waitingForData(ActorFailure.reason(failed.cause())),
        command ->
            switch (command) {
              case Stop stop -> stopWithoutTrainer(failed);
              case GiveUp giveUp -> parts.fail(giveUp.reason());
              case Ask ask ->
                  parts.requests().withoutTrainer(ask, parts.lifecycle())
                      ? stopWithoutTrainer(failed)
                      : Behaviors.same();
              case Look look -> look();
              case Looked looked -> looked(looked, failed);
              case Ping ping -> GuardianParts.pong(ping);
              case TrainerTold told -> parts.unexpected(told);
              case Start start -> parts.unexpected(start);
              case Stuck stuck -> parts.unexpected(stuck);
              case Retry retry -> parts.unexpected(retry);
              case StorageAtRest rest -> parts.unexpected(rest);
            },
        this::childFailed);
  }

  private Behavior<GuardianCommand> stopWithoutTrainer(TrainerEvent.DataFailed failed) {
    return parts.end(new TrainingOutcome.Interrupted(failed.step(), failed.saved()));
  }

  /** The storage may hang, so nobody waits for its answer but a thread that is there to wait. */
  private Behavior<GuardianCommand> look() {
    parts
        .context()
        .pipeToSelf(
            CompletableFuture.runAsync(
                    parts.blueprint().requireData(),
                    parts.context().getSystem().dispatchers().lookup(DispatcherSelector.blocking()))
                .orTimeout(ANSWER.toSeconds(), TimeUnit.SECONDS),
            (done, failure) -> new Looked(failure == null));
    return Behaviors.same();
  }

  private Behavior<GuardianCommand> looked(Looked looked, TrainerEvent.DataFailed failed) {
    if (looked.found()) {
      parts.tell(new SideWork.DataFound(Wording.dataIsBack(dataWait.waited())));
      return again.get();
    }
    if (dataWait.isOver()) {
      return dataGone(failed);
    }
    parts.later(Look.INSTANCE, dataWait.pause());
    return Behaviors.same();
  }

  private Behavior<GuardianCommand> dataGone(TrainerEvent.DataFailed failed) {
    return parts.end(
        new TrainingOutcome.DataGone(
            failed.step(), failed.saved(), ActorFailure.reason(failed.cause())));
  }

  Behavior<GuardianCommand> childFailed(ChildFailed failed) {
    ActorFailure failure = ActorFailure.of(failed);
    parts.tell(new SideWork.ActorFailed(failure.actor(), failure.reason()));
    if (failure.hopeless()) {
      return parts.fail(failure.reason());
    }
    if (!parts.children().isTrainer(failed.getRef())) {
      return parts.fail(failure.actor() + " failed: " + failure.reason());
    }
    parts.requests().trainerEnded(failure.reason());
    if (parts.lifecycle().equals(Lifecycle.STOPPING)) {
      return leaving();
    }
    if (!parts.blueprint().ranks().group().isAlone()) {
      // the others may be in the middle of a step: all begin again from the newest checkpoint
      parts.tell(new SideWork.Warned(Wording.groupEnds(failure)));
      return leaving();
    }
    attempts.failed();
    if (attempts.areOver()) {
      return parts.fail(Wording.noMoreAttempts(failure, attempts.failures()));
    }
    parts.tell(new SideWork.Warned(Wording.nextAttempt(failure, attempts.failures())));
    parts.later(Retry.INSTANCE, attempts.pause());
    return recovering(failure.reason());
  }

  /** First a pause, then what the last one wanted written is waited for. */
  private Behavior<GuardianCommand> recovering(String failure) {
    return parts.phase(
        Lifecycle.recovering(failure),
        command ->
            switch (command) {
              case Stop stop -> leaving();
              case GiveUp giveUp -> parts.fail(giveUp.reason());
              case Ask ask ->
                  parts.requests().withoutTrainer(ask, parts.lifecycle())
                      ? leaving()
                      : Behaviors.same();
              case Retry retry -> askForRest();
              case StorageAtRest rest -> again.get();
              case TrainerTold told -> Behaviors.same(); // from before it failed
              case Ping ping -> GuardianParts.pong(ping);
              case Start start -> parts.unexpected(start);
              case Stuck stuck -> warn(stuck);
              case Look look -> parts.unexpected(look);
              case Looked looked -> parts.unexpected(looked);
            },
        this::childFailed);
  }

  /** A stop was asked for and the trainer failed: what is on the disk is what stays. */
  private Behavior<GuardianCommand> leaving() {
    askForRest();
    return parts.phase(
        Lifecycle.STOPPING,
        command ->
            switch (command) {
              case StorageAtRest rest ->
                  parts.end(
                      new TrainingOutcome.Interrupted(
                          rest.newest().orElse(0), rest.newest().isPresent()));
              case Stop stop -> Behaviors.same();
              case GiveUp giveUp -> parts.fail(giveUp.reason());
              case Ask ask -> {
                parts.requests().whileStopping(ask, parts.lifecycle());
                yield Behaviors.same();
              }
              case Retry retry -> Behaviors.same();
              case TrainerTold told -> Behaviors.same(); // from before it failed
              case Ping ping -> GuardianParts.pong(ping);
              case Stuck stuck -> warn(stuck);
              case Start start -> parts.unexpected(start);
              case Look look -> parts.unexpected(look);
              case Looked looked -> parts.unexpected(looked);
            },
        this::childFailed);
  }

  /** There is no trainer to tell; if it lasts, the process is no longer alive. */
  private Behavior<GuardianCommand> warn(Stuck stuck) {
    parts.tell(new SideWork.Warned(stuck.reason()));
    return Behaviors.same();
  }

  private Behavior<GuardianCommand> askForRest() {
    parts
        .children()
        .checkpointer()
        .tell(
            new Checkpointer.Rest(
                parts
                    .context()
                    .messageAdapter(
                        Checkpointer.AtRest.class, rest -> new StorageAtRest(rest.newest()))));
    return Behaviors.same();
  }
}
