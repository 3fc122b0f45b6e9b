package io.mocov3.model.step;

import io.mocov3.model.distributed.Group;
import io.mocov3.model.method.Passes;
import io.mocov3.model.method.Target;
import io.mocov3.model.method.Targets;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.ViewPair;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The target's part of a step: when it moves, what it makes of the views, the keys of all ranks.
 */
final class TargetPass {
  private final Optional<Target> target;
  private final EmaOrder order;
  private final Passes passes;
  private final boolean independent;
  private final Group group;
  private boolean ahead;

  /** {@code independent} tells whether features of a sample depend on that sample alone. */
  TargetPass(
      Optional<Target> target, EmaOrder order, Passes passes, boolean independent, Group group) {
    this.target = target;
    this.order = order;
    this.passes = passes;
    this.independent = independent;
    this.group = group;
  }

  /** Moves if it is time, then backbone features; later where they need the other ranks. */
  TargetFeatures features(Pending step) {
    if (order == EmaOrder.BEFORE_KEYS && !ahead) {
      move(step.rates());
    }
    ahead = false;
    step.targetHasMoved();
    return independent || group.isAlone() ? encoded(step) : TargetFeatures.NONE;
  }

  private void move(Rates rates) {
    target.ifPresent(network -> network.move(rates.momentum()));
  }

  private TargetFeatures encoded(Pending step) {
    return new TargetFeatures(target.map(network -> network.features(step.views(), passes)));
  }

  /** Of the whole batch; takes over the features. */
  Targets keys(Pending step, TargetFeatures features) {
    if (target.isEmpty()) {
      return new Targets(Optional.empty(), 0);
    }
    boolean later = features.features().isEmpty();
    try (TargetFeatures all = later ? encoded(step) : features;
        ViewPair keys = target.get().keys(all.features().orElseThrow());
        NoGrad noGrad = new NoGrad()) {
      return new Targets(
          Optional.of(gathered(keys).retained()), group.rank() * keys.first().size(0));
    }
  }

  /** Keys (N, K) of each rank to (size N, K), in one collective. */
  private ViewPair gathered(ViewPair keys) {
    if (group.isAlone()) {
      return keys;
    }
    long width = keys.first().size(1);
    Tensor both = torch.stack(new TensorVector(keys.first(), keys.second())).unsqueeze(0);
    Tensor all = group.gather(both); // (size, 2, N, K)
    return new ViewPair(all.select(1, 0).reshape(-1, width), all.select(1, 1).reshape(-1, width));
  }

  void afterUpdate(Rates rates) {
    if (order == EmaOrder.AFTER_UPDATE) {
      move(rates);
    }
  }

  /** If it has moved already, it will not move again towards the same weights. */
  void discarded(Pending step) {
    ahead |= step.isTargetMoved() && order == EmaOrder.BEFORE_KEYS;
  }

  /** Whether it has made the move of the next step already. */
  boolean isAhead() {
    return ahead;
  }

  void restoreAhead(boolean restored) {
    ahead = restored;
  }
}
