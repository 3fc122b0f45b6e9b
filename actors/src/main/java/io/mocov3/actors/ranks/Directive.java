package io.mocov3.actors.ranks;

import io.mocov3.actors.events.Adjustments;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.step.Rates;

/**
 * What rank 0 tells the others to do next, as one sum of a few numbers to which the others add
 * nothing but whether they want to stop.
 */
sealed interface Directive {

  /** Nothing yet; says that rank 0 is there. */
  record Idle() implements Directive {}

  /** Take over weights and moments, which follow, and go on with the batch of {@code position}. */
  record Begin(long position, long end, long updates, boolean targetIsAhead, Adjustments adjusted)
      implements Directive {}

  /** Make the step of the batch of {@code position}; {@code drilled} if it is one of the drill. */
  record Step(long position, Rates rates, boolean keepsEmbeddings, boolean drilled)
      implements Directive {}

  /** The update of the step under way is applied, or is not. */
  record Verdict(boolean applied) implements Directive {}

  /** No more; the exit code. */
  record End(int code) implements Directive {}

  /** A directive, and how many ranks want to stop. */
  record Received(Directive directive, long stops) {}

  int LENGTH = 10;
  int STOPS = LENGTH - 1;

  /** What a rank other than 0 contributes. */
  static long[] nothing(boolean wantsToStop) {
    long[] numbers = new long[LENGTH];
    numbers[STOPS] = wantsToStop ? 1 : 0;
    return numbers;
  }

  /** Contributes {@code mine} and waits for all ranks. */
  static Received exchange(Group group, long[] mine) {
    long[] sum = group.sum(mine);
    return new Received(of(sum), sum[STOPS]);
  }

  /** As numbers. */
  static long[] numbers(Directive directive) {
    return switch (directive) {
      case Idle idle -> filled(0);
      case Begin begin ->
          filled(
              1,
              begin.position(),
              begin.end(),
              begin.updates(),
              begin.targetIsAhead() ? 1 : 0,
              begin.adjusted().frozenProjection() ? 1 : 0,
              Double.doubleToLongBits(begin.adjusted().projectionClip()));
      case Step step ->
          filled(
              2,
              step.position(),
              Double.doubleToLongBits(step.rates().learningRate()),
              Double.doubleToLongBits(step.rates().momentum()),
              step.keepsEmbeddings() ? 1 : 0,
              step.drilled() ? 1 : 0);
      case Verdict verdict -> filled(3, verdict.applied() ? 1 : 0);
      case End end -> filled(4, end.code());
    };
  }

  private static long[] filled(long... first) {
    long[] numbers = new long[LENGTH];
    System.arraycopy(first, 0, numbers, 0, first.length);
    return numbers;
  }

  private static Directive of(long[] n) {
    return switch ((int) n[0]) {
      case 0 -> new Idle();
      case 1 ->
          new Begin(
              n[1],
              n[2],
              n[3],
              n[4] == 1,
              new Adjustments(0, 0, 1, n[5] == 1, Double.longBitsToDouble(n[6])));
      case 2 ->
          new Step(
              n[1],
              new Rates(Double.longBitsToDouble(n[2]), Double.longBitsToDouble(n[3])),
              n[4] == 1,
              n[5] == 1);
      case 3 -> new Verdict(n[1] == 1);
      case 4 -> new End((int) n[1]);
      default -> throw new IllegalStateException("rank 0 gave the directive " + n[0]);
    };
  }
}
