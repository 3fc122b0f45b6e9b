package io.mocov3.actors.ranks;

import io.mocov3.actors.events.Adjustments;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.distributed.GroupException;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.TrainingStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Rank 0's side of a training by several processes: it decides, and tells the others at each step,
 * so that there is nothing on which they could differ. One process by itself is told nothing.
 *
 * <p>Belongs to the trainer's thread while there is one, but for {@link #end}. Methods throw {@link
 * GroupException} once a rank is gone, but for {@link #verdict} and {@link #end}.
 */
public final class Leader {
  private final Group group;
  private volatile boolean stopWanted;
  private volatile boolean inStep;
  private volatile boolean lost;

  public Leader(Group group) {
    this.group = group;
  }

  public static Leader alone() {
    return new Leader(Group.alone());
  }

  public Group group() {
    return group;
  }

  /** Whether a rank is gone, and with it the group. */
  public boolean isLost() {
    return lost;
  }

  /** Whether some rank was asked to stop. */
  public boolean isStopWanted() {
    return stopWanted;
  }

  /** All take over the weights and moments of {@code model}, and the batches that follow. */
  public void begin(TrainingStep model, Adjustments adjustments, long position, long end) {
    tell(
        new Directive.Begin(
            position, end, model.optimizer().steps(), model.targetIsAhead(), adjustments));
    group.broadcast(state(model));
  }

  /** In an order that is the same on all ranks. */
  static List<Tensor> state(TrainingStep model) {
    List<Tensor> state = new ArrayList<>(model.tensors().values());
    state.addAll(model.optimizer().state().values());
    return state;
  }

  /** A step begins on all ranks; returns the samples of the whole batch. */
  public int[] step(
      long position, Rates rates, boolean keepsEmbeddings, boolean drilled, int[] samples) {
    tell(new Directive.Step(position, rates, keepsEmbeddings, drilled));
    inStep = !group.isAlone();
    return inTouch(() -> gathered(group, samples));
  }

  static int[] gathered(Group group, int[] samples) {
    if (group.isAlone()) {
      return samples;
    }
    long[] mine = Arrays.stream(samples).asLongStream().toArray();
    return LongStream.of(group.gather(mine)).mapToInt(Math::toIntExact).toArray();
  }

  /**
   * Whether the update of the step under way is applied, on all ranks alike. A rank that is gone by
   * now is missed at the next step: this one needs nobody any more.
   */
  public void verdict(boolean applied) {
    try {
      tell(new Directive.Verdict(applied));
    } catch (GroupException e) {
      lost = true;
    }
    inStep = false;
  }

  /** Between two steps: says that rank 0 is there, and hears whether some rank wants to stop. */
  public void idle() {
    tell(new Directive.Idle());
  }

  /** The others end with that exit code; in the middle of a step they notice it by themselves. */
  public synchronized void end(int code) {
    if (!inStep && !lost) {
      try {
        tell(new Directive.End(code));
      } catch (GroupException e) {
        // who is gone has ended
      }
    }
  }

  private synchronized void tell(Directive directive) {
    if (!group.isAlone()) {
      if (lost) {
        throw new GroupException("another rank is gone", null);
      }
      Directive.Received received =
          inTouch(() -> Directive.exchange(group, Directive.numbers(directive)));
      stopWanted |= received.stops() > 0;
    }
  }

  private <T> T inTouch(Supplier<T> together) {
    try {
      return together.get();
    } catch (GroupException e) {
      lost = true;
      throw e;
    }
  }

  /** A rank is gone: who computed together with the others has found out. */
  public void lose() {
    lost = true;
    inStep = false;
  }
}
