package io.mocov3.model;

import io.mocov3.model.Weights.Kind;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * One linear map of each P x P patch to D numbers. Stored as the reference's convolution kernel (D,
 * 3, P, P) and computed as a matrix product, which is the same thing at stride P. Frozen random
 * projections keep their initial values for ever: no optimizer sees them (paper, section 4.3).
 */
final class PatchProjection {
  private final int patch;
  private final Tensor weight;
  private final TensorOptional bias;

  PatchProjection(Weights weights, VitConfig config, Init init) {
    patch = config.patchSize();
    long width = config.width();
    Kind kind =
        config.patchProjection() == PatchProjectionKind.LEARNED ? Kind.TRAINED : Kind.FROZEN;
    double bound = Math.sqrt(6.0 / (3L * patch * patch + width));
    weight =
        weights.add("patch_embed.proj.weight", init.uniform(bound, width, 3, patch, patch), kind);
    bias = weights.optional(weights.add("patch_embed.proj.bias", Init.zeros(width), kind));
  }

  Tensor forward(Tensor images) { // (N, 3, H, W)
    long n = images.size(0);
    long rows = images.size(2) / patch;
    long columns = images.size(3) / patch;
    Tensor patches =
        images
            .reshape(n, 3, rows, patch, columns, patch)
            .permute(0, 2, 4, 1, 3, 5)
            .reshape(n, rows * columns, 3L * patch * patch); // (N, L, 3 P P)
    return torch.linear(patches, weight.flatten(1, 3), bias); // (N, L, D)
  }
}
