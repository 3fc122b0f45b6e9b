package io.mocov3.model.optim;

import io.mocov3.model.ModelException;

/** LARS. Tensors of one dimension get neither weight decay nor the trust ratio. */
public record LarsConfig(double momentum, double trustCoefficient, double weightDecay, Form form)
    implements OptimizerConfig {

  /** Where the learning rate stands; the two differ while it changes. */
  public enum Form {
    /** Outside the buffer, as in the MoCo v3 reference: {@code w -= lr buf}. */
    REFERENCE,
    /** Inside, as in SimCLR: {@code buf = mu buf + lr g; w -= buf}. */
    SIMCLR
  }

  public LarsConfig {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new ModelException("momentum " + momentum + " of LARS must lie in [0, 1)");
    }
    if (!(trustCoefficient > 0) || !(weightDecay >= 0)) {
      throw new ModelException("trust-coefficient must be greater than 0, weight-decay at least 0");
    }
  }
}
