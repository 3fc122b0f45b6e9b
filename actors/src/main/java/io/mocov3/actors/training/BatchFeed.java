package io.mocov3.actors.training;

import akka.Done;
import akka.NotUsed;
import akka.actor.typed.javadsl.ActorContext;
import akka.stream.KillSwitches;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Source;
import akka.stream.typed.javadsl.ActorSink;
import io.mocov3.actors.views.Batch;

/** Where the trainer's batches come from, one at a time, each when the one before is done. */
@FunctionalInterface
interface BatchFeed {

  /** Those of a session, for the actor of this context. */
  @FunctionalInterface
  interface Factory {
    BatchFeed open(Source<Batch, NotUsed> batches, ActorContext<TrainerCommand> context);
  }

  /** No more batches; what is on its way may still arrive. */
  void stop();

  static BatchFeed stream(Source<Batch, NotUsed> batches, ActorContext<TrainerCommand> context) {
    UniqueKillSwitch running =
        batches
            .viaMat(KillSwitches.single(), Keep.right())
            .to(
                ActorSink.actorRefWithBackpressure(
                    context.getSelf(),
                    TrainerCommand.TrainBatch::new,
                    TrainerCommand.StreamStarted::new,
                    Done.getInstance(),
                    new TrainerCommand.StreamEnded(),
                    TrainerCommand.StreamFailed::new))
            .run(context.getSystem());
    return running::shutdown;
  }
}
