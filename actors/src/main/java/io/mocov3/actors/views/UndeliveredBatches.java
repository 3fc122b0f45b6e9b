package io.mocov3.actors.views;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Batches of one run of the stream that lie between two of its stages. They have no owner when the
 * stream ends, so they are closed then; and so is what comes in later.
 */
final class UndeliveredBatches {
  private final Set<Batch> batches = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean ended;

  /** Keeps the batch until it is handed out; closes it when the stream has ended. */
  synchronized Batch keep(Batch batch) {
    if (ended) {
      batch.close();
    } else {
      batches.add(batch);
    }
    return batch;
  }

  /** Whoever gets the batch closes it. */
  synchronized Batch handOut(Batch batch) {
    batches.remove(batch);
    return batch;
  }

  synchronized void end() {
    ended = true;
    batches.forEach(Batch::close);
    batches.clear();
  }
}
