package io.mocov3.model;

/** How the patch projection is made: the paper's fixed random one, or a trained one. */
public enum PatchProjectionKind {
  FROZEN_RANDOM,
  LEARNED
}
