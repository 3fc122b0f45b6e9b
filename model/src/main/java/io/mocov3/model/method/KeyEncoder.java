package io.mocov3.model.method;

import io.mocov3.model.device.Precision;
import io.mocov3.model.method.Method.Network;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.tensor.Forward;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.TorchOps;
import io.mocov3.model.tensor.ViewPair;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * f_k: backbone and projector, moved after the base encoder by an exponential average and never by
 * a gradient. Its BatchNorms use the statistics of their own batch; only parameters are averaged.
 */
final class KeyEncoder implements Target, AutoCloseable {
  private final Encoder encoder;
  private final List<Tensor> parameters;
  private final List<Tensor> baseParameters;

  /** Starts as an exact copy of {@code base}. */
  KeyEncoder(MethodConfig config, Encoder base, Precision precision) {
    encoder =
        new Encoder(
            config.backbone(),
            config.projector(),
            base.weights().placement(),
            EncoderRole.MOMENTUM,
            0,
            precision);
    encoder.weights().copyFrom(base.weights());
    parameters = encoder.weights().parameters();
    baseParameters = base.weights().parameters();
  }

  @Override
  public void move(double momentum) {
    try (NoGrad noGrad = new NoGrad()) {
      TorchOps.foreachLerp(parameters, baseParameters, 1 - momentum);
    }
  }

  @Override
  public ViewPair features(ViewPair views, Passes passes) {
    try (NoGrad noGrad = new NoGrad()) {
      ViewPair features =
          passes.joint()
              ? ViewPair.halvesOf(encoder.features(views.joined()))
              : new ViewPair(
                  Forward.inParts(encoder::features, views.first(), passes.parts()),
                  Forward.inParts(encoder::features, views.second(), passes.parts()));
      return features.retained();
    }
  }

  @Override
  public ViewPair keys(ViewPair features) {
    try (NoGrad noGrad = new NoGrad()) {
      return new ViewPair(encoder.project(features.first()), encoder.project(features.second()))
          .retained();
    }
  }

  /**
   * How far the parameters are from the base encoder's, in norms of those. Waits for the device.
   */
  @Override
  public double drift() {
    try (NoGrad noGrad = new NoGrad()) {
      List<Tensor> apart = parameters.stream().map(Tensor::clone).toList();
      TorchOps.foreachAdd(apart, baseParameters, -1);
      return norm(apart) / norm(baseParameters);
    }
  }

  private static double norm(List<Tensor> tensors) {
    return torch
        .stack(new TensorVector(TorchOps.foreachNorm(tensors).toArray(Tensor[]::new)))
        .norm()
        .item_double();
  }

  Network network() {
    return new Network("momentum_encoder.", encoder.weights(), false);
  }

  @Override
  public void close() {
    encoder.close();
  }
}
