package io.mocov3.model.backbone;

/** What is added to the tokens: the fixed 2-D sine-cosine table, a trained table, or nothing. */
public enum PositionEmbeddingKind {
  SINCOS,
  LEARNED,
  NONE
}
