package io.mocov3.model.method;

import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.loss.RegressionLoss;
import io.mocov3.model.nn.HeadConfig;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * BYOL (Grill et al., 2020, Algorithm 1). An online network with a predictor learns to tell the
 * projection that its own average makes of the other view; there are no negatives.
 *
 * <pre>
 *   q1, q2 = query(features(x1)), query(features(x2))
 *   z1, z2 = target.keys(x1, x2)
 *   loss = ||normalize(q1) - normalize(z2)||^2 + ||normalize(q2) - normalize(z1)||^2
 *   target = m target + (1 - m) online
 * </pre>
 */
final class Byol extends Siamese {
  private final KeyEncoder average;

  /** BYOL: backbone and projector of both networks, predictor of the trained one. */
  record Config(BackboneConfig backbone, HeadConfig projector, Optional<HeadConfig> predictor)
      implements MethodConfig {

    Config {
      MethodConfig.checkHeads(backbone, projector, predictor);
    }

    @Override
    public boolean hasTarget() {
      return true;
    }

    @Override
    public long largestMatrix(int batchSize) {
      return 0;
    }

    @Override
    public double lossAtChance(int batchSize) {
      return RegressionLoss.AT_CHANCE;
    }

    @Override
    public Method create(Precision precision, Placement placement, long seed) {
      return new Byol(this, precision, placement, seed);
    }
  }

  Byol(Config config, Precision precision, Placement placement, long seed) {
    super(config, precision, placement, seed);
    average = new KeyEncoder(config, base(), precision);
  }

  @Override
  public Tensor loss(Term term, List<Query> queries, Targets targets) {
    Tensor q = queries.getFirst().query();
    return RegressionLoss.of(q, targets.own(term.views().getFirst().other(), q.size(0)));
  }

  @Override
  public Optional<Target> target() {
    return Optional.of(average);
  }

  @Override
  public List<Network> networks() {
    return List.of(encoder(), average.network(), predictor());
  }

  @Override
  public void close() {
    average.close();
    super.close();
  }
}
