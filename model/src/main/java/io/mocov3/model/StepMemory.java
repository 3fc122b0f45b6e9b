package io.mocov3.model;

/**
 * The memory of a step of training, in bytes, forecast from shapes: {@code activations} and {@code
 * gradients} are what there is of both at the moment when their sum is greatest.
 */
public record StepMemory(ModelSize model, long activations, long gradients, long passing) {
  private static final int WIDE = 4;

  /** With {@code batch} images; {@code memorySaver} holds the graph of one view at a time. */
  public static StepMemory of(
      MoCoV3Config network, StepConfig step, boolean memorySaver, int batch) {
    ModelSize model = ModelSize.of(network, step);
    ActivationSize image = ActivationSize.of(network, step.precision());
    long logits = 4L * batch * batch * WIDE;
    long casts = step.precision() == Precision.BF16 ? model.trained() / 2 : 0;
    long view = batch * image.graph() + logits + casts;
    long passing = batch * image.passing() + casts;
    long pixels = 2 * images(batch, network.backbone().imageSize());
    // the momentum encoder is at work beside the forward passes, the gradients come after them
    long early = (memorySaver ? view : 2 * view) + passing;
    long late = view + model.trained();
    boolean gradients = late >= early;
    return new StepMemory(
        model, pixels + (gradients ? view : early), gradients ? model.trained() : 0, passing);
  }

  /** Of normalised images. */
  public static long images(int count, int size) {
    return 3L * WIDE * count * size * size;
  }
}
