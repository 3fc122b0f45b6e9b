package io.mocov3.model.backbone;

import io.mocov3.model.ModelException;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.tensor.TensorSize;
import java.util.List;

/**
 * The shape of a vision transformer. {@code width} is D, {@code heads} A; the image is square and a
 * whole number of patches wide.
 */
public record VitConfig(
    int imageSize,
    int patchSize,
    int width,
    int depth,
    int heads,
    int mlpRatio,
    PatchProjectionKind patchProjection,
    PositionEmbeddingKind positionEmbedding,
    Pooling pooling,
    Stem stem,
    MlpNorm mlpNorm)
    implements BackboneConfig {

  /** Attention is quadratic in the patches; more of them than this are a mistake. */
  private static final int MOST_PATCHES = 65_536;

  public VitConfig {
    require(
        imageSize > 0 && patchSize > 0,
        "image-size and patch-size must be positive",
        "image-size",
        "patch-size");
    require(
        imageSize % patchSize == 0,
        "image-size " + imageSize + " is not divisible by patch-size " + patchSize,
        "image-size",
        "patch-size");
    long patches = (long) (imageSize / patchSize) * (imageSize / patchSize);
    require(
        patches <= MOST_PATCHES,
        "image-size %d over patch-size %d makes %d patches, more than %d"
            .formatted(imageSize, patchSize, patches, MOST_PATCHES),
        "patch-size",
        "image-size");
    require(
        width > 0 && depth > 0 && heads > 0,
        "width, depth and heads must be positive",
        "width",
        "depth",
        "heads");
    require(
        width % heads == 0,
        "width " + width + " is not divisible by heads " + heads,
        "width",
        "heads");
    require(
        positionEmbedding != PositionEmbeddingKind.SINCOS || width % 4 == 0,
        "width " + width + " is not divisible by 4, which position-embedding sincos needs",
        "width",
        "position-embedding");
    require(mlpRatio > 0, "mlp-ratio must be positive", "mlp-ratio");
    TensorSize.require("the attention's projection", 3L * width, width, "width");
    TensorSize.require("an MLP's layer", (long) width * mlpRatio, width, "mlp-ratio", "width");
    TensorSize.require("the table of positions", patches + 1, width, "width", "patch-size");
    if (stem == Stem.PATCH) {
      TensorSize.require(
          "the patch projection", width, 3L * patchSize * patchSize, "patch-size", "width");
    }
    if (stem == Stem.CONV) {
      require(
          patchSize == ConvolutionStem.PATCH_SIZE,
          "patch-size " + patchSize + " is not 16, the only one of stem conv",
          "patch-size",
          "stem");
      require(
          width % 8 == 0,
          "width " + width + " is not divisible by 8, which stem conv needs",
          "width",
          "stem");
      require(
          patchProjection == PatchProjectionKind.LEARNED,
          "stem conv has no patch projection to freeze or normalise: set patch-projection ="
              + " learned",
          "patch-projection",
          "stem");
    }
  }

  @Override
  public String projectorName() {
    return "head";
  }

  @Override
  public boolean couplesSamples() {
    return stem == Stem.CONV
        || mlpNorm == MlpNorm.BATCH
        || patchProjection == PatchProjectionKind.BATCH_NORM;
  }

  /** The same with a patch projection that is trained, if it is frozen here. */
  public VitConfig unfrozen() {
    return patchProjection == PatchProjectionKind.FROZEN_RANDOM
        ? with(imageSize, PatchProjectionKind.LEARNED)
        : this;
  }

  @Override
  public VitConfig at(int size) {
    return with(size, patchProjection);
  }

  private VitConfig with(int size, PatchProjectionKind projection) {
    return new VitConfig(
        size,
        patchSize,
        width,
        depth,
        heads,
        mlpRatio,
        projection,
        positionEmbedding,
        pooling,
        stem,
        mlpNorm);
  }

  /** Patches along one side. */
  public int grid() {
    return imageSize / patchSize;
  }

  /** L: the length of the token sequence. */
  public int tokens() {
    return grid() * grid() + (pooling == Pooling.CLS ? 1 : 0);
  }

  /** Whether nothing but the class token is needed of the last block: exact, and less work. */
  public boolean endsInOneToken() {
    return pooling == Pooling.CLS && mlpNorm == MlpNorm.LAYER;
  }

  private static void require(boolean rule, String message, String... settings) {
    if (!rule) {
      throw new ModelException(List.of(settings), message);
    }
  }
}
