package io.mocov3.model.nn;

/** What an encoder is for. Both encoders of training normalise by their own batch. */
public enum EncoderRole {
  /** Trained by gradients. */
  BASE,
  /** Moved after the base encoder; never collects a gradient. */
  MOMENTUM,
  /** Features of given weights; BatchNorms use their running statistics. */
  EVALUATION
}
