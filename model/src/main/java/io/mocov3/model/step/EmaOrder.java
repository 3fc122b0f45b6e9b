package io.mocov3.model.step;

/** When the key encoder moves. */
public enum EmaOrder {
  /** After the queries and before the keys of a step, as in the reference. */
  BEFORE_KEYS,
  /** After the optimizer's update, as in Algorithm 1. */
  AFTER_UPDATE
}
