package io.mocov3.actors.views;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** How many images of a data set may be undecodable before training on the rest is refused. */
final class BadImageBudget {
  private final int size;
  private final double maxRatio;
  private final Set<String> bad = ConcurrentHashMap.newKeySet();

  BadImageBudget(int size, double maxRatio) {
    this.size = size;
    this.maxRatio = maxRatio;
  }

  /**
   * Notes an undecodable image; the same one counts once.
   *
   * @throws BatchFailedException when there are too many
   */
  void spend(String id) {
    bad.add(id);
    if (bad.size() > maxRatio * size) {
      throw new BatchFailedException(
          ("%d of %d images are undecodable, more than data.max-bad-ratio = %s allows; the last is"
                  + " %s, all are in quarantine.jsonl")
              .formatted(bad.size(), size, maxRatio, id));
    }
  }
}
