package io.mocov3.model.backbone;

import io.mocov3.model.nn.BatchNorm;
import io.mocov3.model.nn.Convolution;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.tensor.Forward;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Four 3 x 3 convolutions of stride 2 with BatchNorm and ReLU, from D/8 channels to D, then 1 x 1:
 * in place of the patch projection (facts 1.3). Layers are numbered as in a PyTorch Sequential.
 */
final class ConvolutionStem implements PatchEmbedding {
  /** Pixels along one side of a token. */
  static final int PATCH_SIZE = 16;

  private static final int STAGES = 4;

  private final List<UnaryOperator<Tensor>> layers = new ArrayList<>();

  ConvolutionStem(Weights weights, int width, Init init) {
    int in = 3;
    for (int i = 0; i < STAGES; i++) {
      int out = width >> (STAGES - 1 - i);
      layers.add(new Convolution(weights, nextName(), init.torchDefault(out, in, 3), 2)::forward);
      layers.add(new BatchNorm(weights, nextName(), out, true)::forward);
      layers.add(torch::relu);
      in = out;
    }
    layers.add(
        new Convolution(
                weights,
                nextName(),
                init.torchDefault(width, width, 1),
                init.uniform(1 / Math.sqrt(width), width),
                1)
            ::forward);
  }

  @Override
  public Tensor forward(Tensor images) { // (N, 3, H, W)
    return Forward.through(layers, images).flatten(2, 3).transpose(1, 2); // (N, L, D)
  }

  private String nextName() {
    return "patch_embed.proj." + layers.size();
  }
}
