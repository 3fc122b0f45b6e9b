package io.mocov3.model.method;

import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.loss.RegressionLoss;
import io.mocov3.model.method.Term.View;
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
final class Byol implements Method {
  private final Branch branch;
  private final KeyEncoder average;

  /** BYOL: backbone and projector of both networks, predictor of the trained one. */
  record Config(BackboneConfig backbone, HeadConfig projector, HeadConfig predictor)
      implements MethodConfig {

    Config {
      MethodConfig.checkHeads(backbone, projector, Optional.of(predictor));
    }

    @Override
    public List<HeadConfig> heads() {
      return List.of(projector, predictor);
    }

    @Override
    public boolean hasTarget() {
      return true;
    }

    @Override
    public boolean viewsTogether() {
      return false;
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
    branch =
        new Branch(
            config.backbone(),
            config.projector(),
            Optional.of(config.predictor()),
            precision,
            placement,
            seed);
    average = new KeyEncoder(config, branch.base(), precision);
  }

  @Override
  public Tensor features(Tensor view) {
    return branch.features(view);
  }

  @Override
  public List<Query> queries(List<Tensor> features) {
    return features.stream().map(branch::query).toList();
  }

  @Override
  public List<Term> terms() {
    return List.of(Term.of(View.FIRST), Term.of(View.SECOND));
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
  public Encoder base() {
    return branch.base();
  }

  @Override
  public List<Network> networks() {
    return List.of(branch.encoder(), average.network(), branch.predictor());
  }

  @Override
  public void close() {
    average.close();
    branch.close();
  }
}
