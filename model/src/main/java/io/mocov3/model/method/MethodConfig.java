package io.mocov3.model.method;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.loss.Sinkhorn;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.tensor.TensorSize;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A method by its numbers; what cannot be is refused with a {@link ModelException} that names the
 * keys.
 */
public interface MethodConfig {

  /** MoCo v3, with or without a predictor; {@code queue} past keys are negatives too. */
  static MethodConfig momentumContrast(
      BackboneConfig backbone,
      HeadConfig projector,
      Optional<HeadConfig> predictor,
      double temperature,
      int queue) {
    return new MoCoV3Config(backbone, projector, predictor, temperature, queue);
  }

  /** SimCLR. */
  static MethodConfig simClr(BackboneConfig backbone, HeadConfig projector, double temperature) {
    return new SimClr.Config(backbone, projector, temperature);
  }

  /** BYOL. */
  static MethodConfig byol(BackboneConfig backbone, HeadConfig projector, HeadConfig predictor) {
    return new Byol.Config(backbone, projector, Optional.of(predictor));
  }

  /**
   * SwAV, whose prototypes stay as drawn for {@code frozenUpdates}; multi-crop with small views.
   */
  static MethodConfig swav(
      BackboneConfig backbone,
      HeadConfig projector,
      int prototypes,
      double temperature,
      Sinkhorn sinkhorn,
      long frozenUpdates,
      SmallViews small) {
    return new Swav.Config(
        backbone, projector, prototypes, temperature, sinkhorn, frozenUpdates, small);
  }

  BackboneConfig backbone();

  HeadConfig projector();

  /** Of the trained network alone. */
  default Optional<HeadConfig> predictor() {
    return Optional.empty();
  }

  /** Those that are trained, in the order of the forward. */
  default List<HeadConfig> heads() {
    return Stream.concat(Stream.of(projector()), predictor().stream()).toList();
  }

  /** Whether there is a network beside the trained one that says what queries are compared with. */
  boolean hasTarget();

  /**
   * Whether the views are compared with each other, in one term of the loss and with BatchNorms
   * that see both as one batch; else each view goes forward and backward by itself.
   */
  default boolean viewsTogether() {
    return !hasTarget();
  }

  /** Views besides the two. */
  default SmallViews small() {
    return SmallViews.NONE;
  }

  /** Numbers of the largest matrix of the loss. */
  long largestMatrix(int batchSize);

  /** The loss of a network that knows nothing yet, for that many images. */
  double lossAtChance(int batchSize);

  /** With the first weights of that seed. */
  Method create(Precision precision, Placement placement, long seed);

  /** Refuses a temperature that is none. */
  static void checkTemperature(double temperature) {
    if (!(temperature > 0)) {
      throw new ModelException("temperature " + temperature + " must be greater than 0");
    }
  }

  /** Refuses heads that are too large, and a predictor whose output is not like its input. */
  static void checkHeads(
      BackboneConfig backbone, HeadConfig projector, Optional<HeadConfig> predictor) {
    TensorSize.require("the projector's first layer", projector.first(), backbone.width(), "width");
    predictor.ifPresent(
        head -> TensorSize.require("the predictor's first layer", head.first(), projector.out()));
    if (predictor.isPresent() && predictor.get().out() != projector.out()) {
      throw new ModelException(
          "predictor.out %d differs from projector.out %d"
              .formatted(predictor.get().out(), projector.out()));
    }
  }

  /**
   * Views besides the two, smaller ones, that a method learns from: so many of each image, {@code
   * size} pixels a side.
   */
  record SmallViews(int count, int size) {
    public static final SmallViews NONE = new SmallViews(0, 0);

    /** Refuses sizes and networks that do not go together. */
    void check(BackboneConfig backbone) {
      if (count > 0) {
        switch (backbone) {
          case VitConfig vit -> check(vit);
          case ResNetConfig resNet ->
              require(
                  size >= 32, "%d pixels are too few for a ResNet, which needs 32".formatted(size));
        }
      }
    }

    private void check(VitConfig vit) {
      require(
          size % vit.patchSize() == 0,
          "%d pixels are no whole patches of %d".formatted(size, vit.patchSize()));
      require(
          vit.positionEmbedding() != PositionEmbeddingKind.LEARNED,
          "learned positions are those of one image size; small crops need sincos or none");
    }

    private static void require(boolean holds, String reason) {
      if (!holds) {
        throw new ModelException(List.of("small-size"), reason);
      }
    }
  }
}
