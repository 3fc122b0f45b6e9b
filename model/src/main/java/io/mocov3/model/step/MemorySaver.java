package io.mocov3.model.step;

/**
 * Whether one term of the loss goes backward before the graph of the next one is built. Without it
 * both views go through a backbone without BatchNorm in one pass: twice the activations at a time,
 * and the same gradients.
 */
public enum MemorySaver {
  /** On a GPU both in one pass, which is faster there, if they may be; else one after the other. */
  AUTO,
  TRUE,
  FALSE
}
