package io.mocov3.model.backbone;

import io.mocov3.model.nn.BatchNorm;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.nn.Weights.Kind;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * One linear map of each P x P patch to D numbers. Stored as the reference's convolution kernel (D,
 * 3, P, P) and computed as a matrix product, which is the same thing at stride P. Frozen random
 * projections keep their initial values for ever: no optimizer sees them (paper, section 4.3).
 */
public final class PatchProjection implements PatchEmbedding {
  private static final String NAME = "patch_embed.proj";

  private final int patch;
  private final Supplier<Tensor> matrix;
  private final TensorOptional bias;
  private final Optional<BatchNorm> norm;

  public PatchProjection(Weights weights, VitConfig config, Init init) {
    patch = config.patchSize();
    long width = config.width();
    Kind kind =
        config.patchProjection() == PatchProjectionKind.FROZEN_RANDOM ? Kind.FROZEN : Kind.TRAINED;
    double bound = Math.sqrt(6.0 / (3L * patch * patch + width));
    Tensor kernel = init.uniform(bound, width, 3, patch, patch);
    matrix =
        config.patchProjection() == PatchProjectionKind.WEIGHT_NORM
            ? weightNorm(weights, kernel)
            : plain(weights.add(NAME + ".weight", kernel, kind));
    bias = weights.optional(weights.add(NAME + ".bias", Init.zeros(width), kind));
    norm =
        config.patchProjection() == PatchProjectionKind.BATCH_NORM
            ? Optional.of(new BatchNorm(weights, "patch_embed.norm", width, true))
            : Optional.empty();
  }

  @Override
  public Tensor forward(Tensor images) { // (N, 3, H, W)
    long n = images.size(0);
    long rows = images.size(2) / patch;
    long columns = images.size(3) / patch;
    Tensor patches =
        images
            .reshape(n, 3, rows, patch, columns, patch)
            .permute(0, 2, 4, 1, 3, 5)
            .reshape(n, rows * columns, 3L * patch * patch); // (N, L, 3 P P)
    Tensor tokens = torch.linear(patches, matrix.get(), bias); // (N, L, D)
    return norm.isPresent() ? norm.get().overTokens(tokens) : tokens;
  }

  private static Supplier<Tensor> plain(Tensor kernel) {
    return () -> kernel.flatten(1, 3); // (D, 3 P P)
  }

  /** {@code g v / |v|} for each of the D rows (Salimans and Kingma 2016). */
  private static Supplier<Tensor> weightNorm(Weights weights, Tensor kernel) {
    Tensor length =
        weights.add(
            NAME + ".weight_g", rowNorms(kernel.flatten(1, 3)).view(-1, 1, 1, 1), Kind.TRAINED);
    Tensor direction = weights.add(NAME + ".weight_v", kernel, Kind.TRAINED);
    return () -> {
      Tensor rows = direction.flatten(1, 3);
      return rows.mul(length.flatten(1, 3).div(rowNorms(rows)));
    };
  }

  private static Tensor rowNorms(Tensor rows) { // (D, M) to (D, 1)
    return rows.norm(new ScalarOptional(new Scalar(2.0)), new long[] {1}, true);
  }
}
