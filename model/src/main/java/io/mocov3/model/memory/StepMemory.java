package io.mocov3.model.memory;

import io.mocov3.model.device.Placement;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.step.StepConfig;

/**
 * What a step of training takes of memory, in bytes: {@code activations}, the views among them, and
 * {@code gradients} as they are at the moment when their sum is greatest.
 */
public record StepMemory(long activations, long gradients) {
  private static final int WIDE = 4;

  /** Logits, their softmax and the gradients of both. */
  private static final long SQUARES = 4;

  /** With {@code batch} square images of {@code size} pixels. */
  public static StepMemory of(
      ModelSize model,
      ActivationSize image,
      MethodConfig method,
      StepConfig config,
      Placement placement,
      int batch,
      int size) {
    boolean cut = config.microBatches() > 1;
    long part = Math.ceilDiv((long) batch, config.microBatches());
    long casts = config.precision().isNarrow() ? model.trained() / 2 : 0;
    long heads = batch * image.heads() + SQUARES * method.largestMatrix(batch) * WIDE;
    long one = part * (image.graph() - image.heads()) + heads + casts;
    long view = (method.viewsTogether() ? 2 * one : one) + batch * image.small();
    long pixels =
        2 * images(batch, size) + images(batch * method.small().count(), method.small().size());
    // the momentum encoder is at work beside the forward passes, the gradients come after them
    long ahead =
        cut
            ? heads + part * image.passing()
            : config.savesMemory(method, placement) || method.viewsTogether() ? view : 2 * view;
    long early = ahead + part * image.passing() + casts;
    boolean late = view + model.trained() >= early;
    return late
        ? new StepMemory(pixels + view, model.trained())
        : new StepMemory(pixels + early, 0);
  }

  /** Bytes of {@code count} normalised images (3, {@code size}, {@code size}). */
  public static long images(int count, int size) {
    return 3L * WIDE * count * size * size;
  }
}
