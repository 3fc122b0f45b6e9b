package io.mocov3.model.optim;

import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights.Entry;

/** Which trained tensors weight decay spares. */
public enum DecayExclusion {
  /** None, as in the reference. */
  NONE,
  /** Those of one dimension, the class token and the position embedding, as in DeiT. */
  ONE_DIMENSIONAL;

  boolean spares(Entry entry) {
    return this == ONE_DIMENSIONAL && (entry.tensor().dim() <= 1 || entry.isOf(Layers.TOKENS));
  }
}
