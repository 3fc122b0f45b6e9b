package io.mocov3.model.nn;

/**
 * The layers that gradients are reported for. A parameter knows its own from when it is made; of a
 * ResNet the first convolution is the stem.
 */
public final class Layers {
  /** All of them together. */
  public static final String ALL = "all";

  /** Class token and learned positions. */
  public static final String TOKENS = "tokens";

  public static final String PATCH_PROJECTION = "patch_projection";
  public static final String STEM = "stem";
  public static final String FINAL_NORM = "final_norm";
  public static final String PROJECTOR = "projector";
  public static final String PREDICTOR = "predictor";
  public static final String PROTOTYPES = "prototypes";

  /** What stands on a backbone that is trained with labels. */
  public static final String CLASSIFIER = "classifier";

  private Layers() {}

  /** {@code block_00} and on. */
  public static String block(int index) {
    return "block_%02d".formatted(index);
  }
}
