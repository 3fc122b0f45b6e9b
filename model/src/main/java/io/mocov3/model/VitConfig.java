package io.mocov3.model;

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

  public VitConfig {
    require(imageSize > 0 && patchSize > 0, "image-size and patch-size must be positive");
    require(
        imageSize % patchSize == 0,
        "image-size " + imageSize + " is not divisible by patch-size " + patchSize);
    require(width > 0 && depth > 0 && heads > 0, "width, depth and heads must be positive");
    require(width % heads == 0, "width " + width + " is not divisible by heads " + heads);
    require(
        positionEmbedding != PositionEmbeddingKind.SINCOS || width % 4 == 0,
        "width " + width + " is not divisible by 4, which position-embedding sincos needs");
    require(mlpRatio > 0, "mlp-ratio must be positive");
    if (stem == Stem.CONV) {
      require(
          patchSize == ConvolutionStem.PATCH_SIZE,
          "patch-size " + patchSize + " is not 16, the only one of stem conv");
      require(width % 8 == 0, "width " + width + " is not divisible by 8, which stem conv needs");
      require(
          patchProjection == PatchProjectionKind.LEARNED,
          "stem conv has no patch projection to freeze or normalise: set patch-projection = learned");
    }
  }

  @Override
  public String projectorName() {
    return "head";
  }

  /** Patches along one side. */
  public int grid() {
    return imageSize / patchSize;
  }

  /** L: the length of the token sequence. */
  public int tokens() {
    return grid() * grid() + (pooling == Pooling.CLS ? 1 : 0);
  }

  private static void require(boolean rule, String message) {
    if (!rule) {
      throw new ModelException(message);
    }
  }
}
