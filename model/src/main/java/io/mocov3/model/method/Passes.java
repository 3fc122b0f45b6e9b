package io.mocov3.model.method;

/**
 * How a backbone sees a pair of views: both in one pass, which needs more memory at a time and
 * fills a GPU better, or each by itself in so many parts, one after the other. The features are the
 * same.
 */
public record Passes(boolean joint, int parts) {
  public static final Passes ONE_A_VIEW = new Passes(false, 1);
  public static final Passes JOINT = new Passes(true, 1);
}
