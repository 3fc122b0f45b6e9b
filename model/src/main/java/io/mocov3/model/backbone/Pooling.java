package io.mocov3.model.backbone;

/** How the tokens become one feature vector. Both means drop the class token. */
public enum Pooling {
  CLS,
  MEAN,
  MEAN_NO_NORM
}
