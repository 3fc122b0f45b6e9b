package io.mocov3.model.nn;

/**
 * The norm before the MLP of a block: LayerNorm, or BatchNorm over all tokens (the paper's ViT-BN).
 */
public enum MlpNorm {
  LAYER,
  BATCH
}
