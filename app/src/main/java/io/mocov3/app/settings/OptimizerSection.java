package io.mocov3.app.settings;

import io.mocov3.model.optim.AdamWConfig;
import io.mocov3.model.optim.DecayExclusion;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.optim.LambConfig;
import io.mocov3.model.optim.LarsConfig;
import io.mocov3.model.optim.OptimizerConfig;
import io.mocov3.model.optim.StableAdamWConfig;

/** Reads {@code optimizer}: which one, its constants, and the bounds on gradients. */
final class OptimizerSection {

  /** The optimizers. */
  private enum Name {
    ADAMW,
    STABLE_ADAMW,
    LARS,
    LAMB
  }

  private OptimizerSection() {}

  /** Every key is checked, whichever optimizer reads it. */
  static OptimizerConfig read(Section optimizer) {
    double beta1 = optimizer.coefficient("beta1");
    double beta2 = optimizer.coefficient("beta2");
    double epsilon = optimizer.positive("epsilon", 1);
    double weightDecay = optimizer.number("weight-decay", 0, 1000);
    DecayExclusion exclusion = optimizer.choice("decay-exclusion", DecayExclusion.class);
    double momentum = optimizer.coefficient("momentum");
    double trust = optimizer.positive("trust-coefficient", 1000);
    LarsConfig.Form form = optimizer.choice("lars-form", LarsConfig.Form.class);
    return switch (optimizer.choice("name", Name.class)) {
      case ADAMW -> new AdamWConfig(beta1, beta2, epsilon, weightDecay, exclusion);
      case STABLE_ADAMW -> new StableAdamWConfig(beta1, beta2, epsilon, weightDecay, exclusion);
      case LARS -> new LarsConfig(momentum, trust, weightDecay, form);
      case LAMB -> new LambConfig(beta1, beta2, epsilon, weightDecay, exclusion, 0);
    };
  }

  static GradientClip clip(Section optimizer) {
    return new GradientClip(
        optimizer.number("patch-projection-clip", 0, 1e9),
        optimizer.number("gradient-clip", 0, 1e9));
  }
}
