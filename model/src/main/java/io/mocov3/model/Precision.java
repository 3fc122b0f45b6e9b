package io.mocov3.model;

/** The type of the matrix products. Master weights, loss, logits and norms are fp32 in each. */
public enum Precision {
  FP32,
  BF16
}
