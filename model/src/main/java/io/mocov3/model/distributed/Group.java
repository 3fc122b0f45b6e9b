package io.mocov3.model.distributed;

import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The processes that make one step together, each with its part of the batch: rank 0 to {@code size
 * - 1}. Every rank calls the same methods in the same order, from one thread at a time; each waits
 * for the others.
 *
 * <p>There is one for a process, until it ends. All methods that wait throw {@link GroupException}
 * when another rank is gone, or silent for longer than the group's timeout.
 */
public interface Group {

  /** One process by itself, for which nothing here costs anything. */
  static Group alone() {
    return Alone.GROUP;
  }

  /** 0 to {@code size - 1}. */
  int rank();

  int size();

  default boolean isAlone() {
    return size() == 1;
  }

  /** Rank 0: it decides and writes. */
  default boolean leads() {
    return rank() == 0;
  }

  /** (N, ...) of each rank to (size N, ...) in the order of the ranks, in the caller's scope. */
  Tensor gather(Tensor part);

  /**
   * The same with a graph behind it: what any rank makes of the whole flows back to the part of
   * each, summed over the ranks. Right where gradients of weights are averaged afterwards.
   */
  Tensor gatherWithGradient(Tensor part);

  /** Replaces the numbers of each tensor by their mean over the ranks. */
  void average(List<Tensor> tensors);

  /** Replaces the numbers of each tensor by those of rank 0. */
  void broadcast(List<Tensor> tensors);

  /** The sum over the ranks, number by number: between hosts, whatever the device. */
  long[] sum(long... numbers);

  /** Numbers of each rank, equally many, in the order of the ranks. */
  long[] gather(long... numbers);

  /**
   * Why a rank was found gone, if one was: native code that called us forgets which kind it was.
   */
  Optional<GroupException> failure();
}
