package io.mocov3.model.backbone;

import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Weights;
import org.bytedeco.pytorch.Tensor;

/** Images (N, 3, H, W) to tokens (N, L, D), row by row. */
interface PatchEmbedding {

  Tensor forward(Tensor images);

  static PatchEmbedding of(Weights weights, VitConfig config, Init init) {
    return config.stem() == Stem.CONV
        ? new ConvolutionStem(weights, config.width(), init)
        : new PatchProjection(weights, config, init);
  }
}
