package io.mocov3.model.method;

import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.method.Method.Network;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Head;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.tensor.ViewPair;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** What every method trains: backbone, projector and, where the method has one, predictor. */
final class Branch implements AutoCloseable {
  private final Precision precision;
  private final Encoder base;
  private final Weights predictorWeights;
  private final Optional<Head> predictor;

  Branch(
      BackboneConfig backbone,
      HeadConfig projector,
      Optional<HeadConfig> predictor,
      Precision precision,
      Placement placement,
      long seed) {
    this.precision = precision;
    base = new Encoder(backbone, projector, placement, EncoderRole.BASE, seed, precision);
    predictorWeights = new Weights(placement, EncoderRole.BASE);
    predictorWeights.enter(Layers.PREDICTOR);
    try (PointerScope scope = new PointerScope()) {
      this.predictor =
          predictor.map(
              head ->
                  new Head(
                      predictorWeights,
                      "predictor",
                      projector.out(),
                      head,
                      new Init(~seed, placement)));
    }
  }

  Encoder base() {
    return base;
  }

  /** A view (N, 3, H, W) to backbone features (N, D). */
  Tensor features(Tensor view) {
    return base.features(view);
  }

  /** Features (N, D) of a view to its query; BatchNorms see this view alone. */
  Query query(Tensor features) {
    try (Autocast autocast = new Autocast(base.weights().placement(), precision)) {
      Tensor projection = base.project(features);
      Tensor query = predictor.isPresent() ? predictor.get().forward(projection) : projection;
      return new Query(features, projection, query);
    }
  }

  /** Features (N, D) of both views to their queries; BatchNorms see both as one batch. */
  List<Query> together(List<Tensor> features) {
    ViewPair views = new ViewPair(features.getFirst(), features.getLast());
    Query both = query(views.joined());
    ViewPair projections = ViewPair.halvesOf(both.projection());
    ViewPair queries = ViewPair.halvesOf(both.query());
    return List.of(
        new Query(views.first(), projections.first(), queries.first()),
        new Query(views.second(), projections.second(), queries.second()));
  }

  Network encoder() {
    return new Network("base_encoder.", base.weights(), true);
  }

  Network predictor() {
    return new Network("", predictorWeights, true);
  }

  @Override
  public void close() {
    predictorWeights.close();
    base.close();
  }
}
