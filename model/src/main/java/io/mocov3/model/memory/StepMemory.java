package io.mocov3.model.memory;

import io.mocov3.model.tensor.Precision;

/**
 * What a step of training takes of memory, in bytes: {@code activations}, the views among them, and
 * {@code gradients} as they are at the moment when their sum is greatest.
 */
public record StepMemory(long activations, long gradients) {
  private static final int WIDE = 4;

  /** Logits, their softmax and the gradients of both. */
  private static final long SQUARES = 4;

  /**
   * With {@code batch} square images of {@code size} pixels; {@code memorySaver} holds the graph of
   * one view at a time.
   */
  public static StepMemory of(
      ModelSize model,
      ActivationSize image,
      Precision precision,
      boolean memorySaver,
      int batch,
      int size) {
    long casts = precision == Precision.BF16 ? model.trained() / 2 : 0;
    long view = batch * image.graph() + SQUARES * batch * batch * WIDE + casts;
    long pixels = 2 * images(batch, size);
    // the momentum encoder is at work beside the forward passes, the gradients come after them
    long early = (memorySaver ? view : 2 * view) + batch * image.passing() + casts;
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
