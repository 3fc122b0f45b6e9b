package io.mocov3.model.method;

import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.loss.NtXentLoss;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.tensor.ViewPair;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * SimCLR (Chen et al., 2020, Algorithm 1). One network, both views through it as one batch, the
 * other images of the batch are the negatives.
 *
 * <pre>
 *   z1, z2 = normalize(project(features(x1), features(x2)))
 *   loss = mean of -log softmax over all others of (z_i . z_j / tau) at the partner
 * </pre>
 */
final class SimClr extends Siamese {
  private final NtXentLoss loss;

  /** SimCLR: a backbone and its projector, no target and no predictor. */
  record Config(BackboneConfig backbone, HeadConfig projector, double temperature)
      implements MethodConfig {

    Config {
      MethodConfig.checkTemperature(temperature);
      MethodConfig.checkHeads(backbone, projector, Optional.empty());
    }

    @Override
    public boolean hasTarget() {
      return false;
    }

    @Override
    public long largestMatrix(int batchSize) {
      return 4L * batchSize * batchSize;
    }

    @Override
    public double lossAtChance(int batchSize) {
      return NtXentLoss.atChance(batchSize);
    }

    @Override
    public Method create(Precision precision, Placement placement, long seed) {
      return new SimClr(this, precision, placement, seed);
    }
  }

  SimClr(Config config, Precision precision, Placement placement, long seed) {
    super(config, precision, placement, seed);
    loss = new NtXentLoss(config.temperature());
  }

  @Override
  public Tensor loss(Term term, List<Query> queries, Targets targets) {
    Group group = group();
    ViewPair z =
        new ViewPair(
            ContrastiveLoss.normalize(queries.getFirst().query()),
            ContrastiveLoss.normalize(queries.getLast().query()));
    ViewPair all =
        new ViewPair(group.gatherWithGradient(z.first()), group.gatherWithGradient(z.second()));
    return loss.of(z, all, group.rank() * z.first().size(0));
  }

  @Override
  public Optional<Target> target() {
    return Optional.empty();
  }

  @Override
  public List<Network> networks() {
    return List.of(encoder());
  }
}
