package io.mocov3.actors.session;

import io.mocov3.actors.views.Batch;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.augment.batch.BatchBufferPool;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.TrainingStep;

/** The steps of a session one after the other on the calling thread, without actors. */
public final class SequentialTraining {
  private SequentialTraining() {}

  /** Trains until {@code until} steps are completed, or training must not go on. */
  public static void run(TrainingSession session, ViewPipeline pipeline, long until) {
    BatchBufferPool pool = pipeline.pool();
    TrainingStep model = session.model();
    while (session.step() < until && session.interruption().isEmpty()) {
      long position = session.step() + session.dataOffset();
      Batch batch =
          pool.acquire()
              .thenCompose(buffer -> pipeline.fill(new Batch(position, buffer, pool)))
              .toCompletableFuture()
              .join();
      Pending wanted = session.begin(batch);
      session.computeQueries();
      session.complete(model.targetFeatures(wanted));
    }
  }
}
