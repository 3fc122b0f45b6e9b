package io.mocov3.model.method;

import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.method.Term.View;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Head;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * What methods of two views have in common: backbone, projector and, if there is one, predictor are
 * trained. With a target each view is a term of the loss, alone in its BatchNorms; without one the
 * views are compared with each other, in one term and as one batch.
 */
abstract class Siamese implements Method {
  private final Precision precision;
  private final Encoder base;
  private final Weights predictorWeights;
  private final Optional<Head> predictor;

  /** With first weights of that seed. */
  Siamese(MethodConfig config, Precision precision, Placement placement, long seed) {
    HeadConfig projector = config.projector();
    this.precision = precision;
    base = new Encoder(config.backbone(), projector, placement, EncoderRole.BASE, seed, precision);
    predictorWeights = new Weights(placement, EncoderRole.BASE);
    predictorWeights.enter(Layers.PREDICTOR);
    try (PointerScope scope = new PointerScope()) {
      predictor =
          config
              .predictor()
              .map(
                  head ->
                      new Head(
                          predictorWeights,
                          "predictor",
                          projector.out(),
                          head,
                          new Init(~seed, placement)));
    }
  }

  @Override
  public final Encoder base() {
    return base;
  }

  @Override
  public final Tensor features(Tensor view) {
    return base.features(view);
  }

  @Override
  public final List<Term> terms() {
    return target().isPresent()
        ? List.of(Term.of(View.FIRST), Term.of(View.SECOND))
        : List.of(Term.of(View.FIRST, View.SECOND));
  }

  @Override
  public final List<Query> queries(List<Tensor> features) {
    return target().isPresent() ? features.stream().map(this::query).toList() : together(features);
  }

  /** Features (N, D) of a view to its query; BatchNorms see this view alone. */
  private Query query(Tensor features) {
    try (Autocast autocast = new Autocast(base.weights().placement(), precision)) {
      Tensor projection = base.project(features);
      Tensor query = predictor.isPresent() ? predictor.get().forward(projection) : projection;
      return new Query(features, projection, query);
    }
  }

  /** Features (N, D) of all views to their queries; BatchNorms see them as one batch. */
  private List<Query> together(List<Tensor> features) {
    Query all = query(torch.cat(new TensorVector(features.toArray(Tensor[]::new)), 0));
    long n = features.getFirst().size(0);
    return IntStream.range(0, features.size())
        .mapToObj(
            i ->
                new Query(
                    features.get(i),
                    all.projection().narrow(0, i * n, n),
                    all.query().narrow(0, i * n, n)))
        .toList();
  }

  final Network encoder() {
    return new Network("base_encoder.", base.weights(), true);
  }

  final Network predictor() {
    return new Network("", predictorWeights, true);
  }

  /** The processes that train this together. */
  final Group group() {
    return base.weights().group();
  }

  @Override
  public void close() {
    predictorWeights.close();
    base.close();
  }
}
