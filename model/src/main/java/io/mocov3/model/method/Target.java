package io.mocov3.model.method;

import io.mocov3.model.tensor.ViewPair;

/**
 * A network that is never trained. Its methods may run on a thread of their own, between two
 * updates of the trained one.
 */
public interface Target {

  /** {@code target = m target + (1 - m) trained}, parameter by parameter. */
  void move(double momentum);

  /**
   * Views (N, 3, H, W) each to backbone features (N, D) each, sample by sample, without gradient,
   * owned by the caller.
   */
  ViewPair features(ViewPair views, Passes passes);

  /** Features (N, D) of whole views to keys (N, K) each, without gradient, owned by the caller. */
  ViewPair keys(ViewPair features);

  /** {@code ||trained - target|| / ||trained||} over the parameters both have. */
  double drift();
}
