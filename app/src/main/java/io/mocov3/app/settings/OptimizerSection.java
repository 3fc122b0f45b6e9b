package io.mocov3.app.settings;

import io.mocov3.model.AdamWConfig;
import io.mocov3.model.DecayExclusion;
import io.mocov3.model.GradientClip;
import io.mocov3.model.LambConfig;
import io.mocov3.model.LarsConfig;
import io.mocov3.model.OptimizerConfig;

/** Reads {@code optimizer}: which one, its constants, and the bounds on gradients. */
final class OptimizerSection {

  /** The optimizers. */
  private enum Name {
    ADAMW,
    LARS,
    LAMB
  }

  private OptimizerSection() {}

  static OptimizerConfig read(Section optimizer) {
    double weightDecay = optimizer.number("weight-decay", 0, Double.MAX_VALUE);
    DecayExclusion exclusion = optimizer.choice("decay-exclusion", DecayExclusion.class);
    return switch (optimizer.choice("name", Name.class)) {
      case ADAMW ->
          new AdamWConfig(
              coefficient(optimizer, "beta1"),
              coefficient(optimizer, "beta2"),
              positive(optimizer, "epsilon"),
              weightDecay,
              exclusion);
      case LAMB ->
          new LambConfig(
              coefficient(optimizer, "beta1"),
              coefficient(optimizer, "beta2"),
              positive(optimizer, "epsilon"),
              weightDecay,
              exclusion,
              0);
      case LARS ->
          new LarsConfig(
              coefficient(optimizer, "momentum"),
              positive(optimizer, "trust-coefficient"),
              weightDecay,
              optimizer.choice("lars-form", LarsConfig.Form.class));
    };
  }

  static GradientClip clip(Section optimizer) {
    return new GradientClip(
        optimizer.number("patch-projection-clip", 0, Double.MAX_VALUE),
        optimizer.number("gradient-clip", 0, Double.MAX_VALUE));
  }

  private static double positive(Section section, String key) {
    double value = section.number(key, 0, Double.MAX_VALUE);
    section.check(key, "greater than 0", value > 0);
    return value;
  }

  private static double coefficient(Section section, String key) {
    double value = section.number(key, 0, 1);
    section.check(key, "at least 0 and less than 1", value < 1);
    return value;
  }
}
