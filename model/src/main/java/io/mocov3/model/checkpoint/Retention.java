package io.mocov3.model.checkpoint;

import io.mocov3.model.ModelException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which checkpoints of a run stay. What was due by its step is counted apart from what the clock, a
 * person or a stop asked for: a rollback finds the same ones whether a run was disturbed or not.
 *
 * @param newest how many of the newest, and of the newest that were due by their step
 * @param everySteps those whose step is a multiple of it stay for good; 0 for none
 * @param best how many of those with the highest accuracy
 */
public record Retention(int newest, long everySteps, int best) {

  public Retention {
    if (newest < 1) {
      throw new ModelException(
          "checkpoints to keep is %d, but must be 1 or more".formatted(newest));
    }
  }

  /** Only the newest ones. */
  public static Retention newest(int count) {
    return new Retention(count, 0, 0);
  }

  /** Of checkpoints by ascending step, and accuracies by step. */
  Set<Checkpoint> kept(List<Checkpoint> all, Map<Long, Double> accuracies) {
    Set<Checkpoint> kept = new HashSet<>(last(all));
    kept.addAll(last(all.stream().filter(Checkpoint::isScheduled).toList()));
    all.stream()
        .filter(checkpoint -> everySteps > 0 && checkpoint.step() % everySteps == 0)
        .forEach(kept::add);
    all.stream()
        .filter(checkpoint -> accuracies.containsKey(checkpoint.step()))
        .sorted(
            Comparator.comparing((Checkpoint checkpoint) -> accuracies.get(checkpoint.step()))
                .reversed())
        .limit(best)
        .forEach(kept::add);
    return kept;
  }

  private List<Checkpoint> last(List<Checkpoint> all) {
    return all.subList(Math.max(0, all.size() - newest), all.size());
  }
}
