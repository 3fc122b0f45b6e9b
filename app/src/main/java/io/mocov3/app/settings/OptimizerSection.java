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

  /** Every key is checked, whichever optimizer reads it. */
  static OptimizerConfig read(Section optimizer) {
    double beta1 = coefficient(optimizer, "beta1");
    double beta2 = coefficient(optimizer, "beta2");
    double epsilon = positive(optimizer, "epsilon");
    double weightDecay = optimizer.number("weight-decay", 0, Double.MAX_VALUE);
    DecayExclusion exclusion = optimizer.choice("decay-exclusion", DecayExclusion.class);
    double momentum = coefficient(optimizer, "momentum");
    double trust = positive(optimizer, "trust-coefficient");
    LarsConfig.Form form = optimizer.choice("lars-form", LarsConfig.Form.class);
    return switch (optimizer.choice("name", Name.class)) {
      case ADAMW -> new AdamWConfig(beta1, beta2, epsilon, weightDecay, exclusion);
      case LARS -> new LarsConfig(momentum, trust, weightDecay, form);
      case LAMB -> new LambConfig(beta1, beta2, epsilon, weightDecay, exclusion, 0);
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
