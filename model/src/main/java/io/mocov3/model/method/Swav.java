package io.mocov3.model.method;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.loss.Sinkhorn;
import io.mocov3.model.loss.SwappedPredictionLoss;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.nn.Weights.Kind;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.TensorSize;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * SwAV (Caron et al., 2020, Algorithm 1). The embedding of each view is compared with trained
 * prototypes, and the code that Sinkhorn makes of one view's scores is predicted from the other's.
 * With small views (multi-crop, Section 3.2) it is predicted from each of them too, and the mean
 * over all is taken; they have no codes of their own.
 *
 * <pre>
 *   scores1, scores2 = cosines of project(features(x1), features(x2)) with the prototypes
 *   codes1, codes2 = sinkhorn(scores1), sinkhorn(scores2), without gradient
 *   loss = (crossEntropy(codes1, softmax(scores2 / tau)) + crossEntropy(codes2, softmax(scores1 / tau))) / 2
 *   prototypes = normalize(prototypes) after each update
 * </pre>
 */
final class Swav extends Siamese {
  private static final String PROTOTYPES = "prototypes.weight";

  private final Weights prototypeWeights;
  private final Tensor prototypes; // (P, K)
  private final Config config;
  private final SwappedPredictionLoss loss;

  /** SwAV: a backbone, its projector and prototypes, which stay as drawn for the first updates. */
  record Config(
      BackboneConfig backbone,
      HeadConfig projector,
      int prototypes,
      double temperature,
      Sinkhorn sinkhorn,
      long frozenUpdates,
      SmallViews small)
      implements MethodConfig {

    Config {
      small.check(backbone);
      MethodConfig.checkTemperature(temperature);
      MethodConfig.checkHeads(backbone, projector, Optional.empty());
      if (prototypes < 2) {
        throw new ModelException(List.of("prototypes"), "SwAV needs at least two prototypes");
      }
      TensorSize.require("the prototypes", prototypes, projector.out(), "prototypes", "out");
    }

    @Override
    public boolean hasTarget() {
      return false;
    }

    @Override
    public long largestMatrix(int batchSize) {
      return (2L + small.count()) * batchSize * prototypes;
    }

    @Override
    public double lossAtChance(int batchSize) {
      return SwappedPredictionLoss.atChance(prototypes);
    }

    @Override
    public Method create(Precision precision, Placement placement, long seed) {
      return new Swav(this, precision, placement, seed);
    }
  }

  Swav(Config config, Precision precision, Placement placement, long seed) {
    super(config, precision, placement, seed);
    this.config = config;
    prototypeWeights = new Weights(placement, EncoderRole.BASE);
    prototypeWeights.enter(Layers.PROTOTYPES);
    try (PointerScope scope = new PointerScope()) {
      prototypes =
          prototypeWeights.add(
              PROTOTYPES,
              new Init(~seed, placement)
                  .torchDefault(config.prototypes(), config.projector().out()),
              Kind.TRAINED);
    }
    normalizePrototypes();
    loss = new SwappedPredictionLoss(config.temperature());
  }

  @Override
  public Tensor loss(Term term, List<Query> queries, Targets targets) {
    List<Tensor> scores =
        queries.stream()
            .map(query -> SwappedPredictionLoss.scores(query.query(), prototypes))
            .toList();
    return predicted(scores, 0).add(predicted(scores, 1)).div(new Scalar(2.0));
  }

  /** The code of one of the two views, predicted from all other views; their mean. */
  private Tensor predicted(List<Tensor> scores, int view) {
    Tensor codes = codes(scores.get(view));
    return IntStream.range(0, scores.size())
        .filter(other -> other != view)
        .mapToObj(other -> loss.of(scores.get(other), codes))
        .reduce(Tensor::add)
        .orElseThrow()
        .div(new Scalar(scores.size() - 1.0));
  }

  /** Of this rank's own samples, balanced over those of all ranks. */
  private Tensor codes(Tensor scores) {
    Group group = group();
    Tensor all = group.gather(scores.detach());
    return config.sinkhorn().codes(all).narrow(0, group.rank() * scores.size(0), scores.size(0));
  }

  @Override
  public void afterUpdate() {
    normalizePrototypes();
  }

  private void normalizePrototypes() {
    try (NoGrad noGrad = new NoGrad()) {
      prototypes.copy_(ContrastiveLoss.normalize(prototypes));
    }
  }

  @Override
  public Map<String, Long> waits() {
    return Map.of(PROTOTYPES, config.frozenUpdates());
  }

  @Override
  public Optional<Target> target() {
    return Optional.empty();
  }

  @Override
  public List<Network> networks() {
    return List.of(encoder(), new Network("", prototypeWeights, true));
  }

  @Override
  public void close() {
    prototypeWeights.close();
    super.close();
  }
}
