package io.mocov3.model.backbone;

/**
 * How the patch projection is made: the paper's fixed random one, or a trained one, as it is, with
 * BatchNorm behind it, or with weight normalisation.
 */
public enum PatchProjectionKind {
  FROZEN_RANDOM,
  LEARNED,
  BATCH_NORM,
  WEIGHT_NORM
}
