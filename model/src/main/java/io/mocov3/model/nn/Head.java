package io.mocov3.model.nn;

import io.mocov3.model.tensor.Forward;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A projector or predictor: linear layers without bias, each hidden one followed by BatchNorm and
 * ReLU, the last by BatchNorm without affine parameters. (N, in) to (N, out). Layers are numbered
 * as in a PyTorch Sequential.
 */
public final class Head {
  private final List<UnaryOperator<Tensor>> layers = new ArrayList<>();

  public Head(Weights weights, String name, int in, HeadConfig config, Init init) {
    int width = in;
    for (int i = 1; i < config.layers(); i++) {
      linear(weights, name, width, config.hidden(), init);
      if (config.batchNorm()) {
        batchNorm(weights, name, config.hidden(), true);
      }
      layers.add(torch::relu);
      width = config.hidden();
    }
    linear(weights, name, width, config.out(), init);
    if (config.batchNorm() && config.finalBatchNorm()) {
      batchNorm(weights, name, config.out(), false);
    }
  }

  /** (N, in) to (N, out), in the caller's scope. */
  public Tensor forward(Tensor x) {
    return Forward.through(layers, x);
  }

  private void linear(Weights weights, String name, int in, int out, Init init) {
    String layer = name + "." + layers.size();
    layers.add(new Linear(weights, layer, init.torchDefault(out, in))::forward);
  }

  private void batchNorm(Weights weights, String name, int channels, boolean affine) {
    String layer = name + "." + layers.size();
    layers.add(new BatchNorm(weights, layer, channels, affine)::forward);
  }
}
