package io.mocov3.model.backbone;

import io.mocov3.model.ModelException;
import java.util.List;

/**
 * A residual network of 18, 34, 50, 101 or 152 layers (He et al. 2016): basic blocks up to 34,
 * bottlenecks above.
 */
public record ResNetConfig(int depth, int imageSize) implements BackboneConfig {
  private static final int STRIDE = 32;

  public ResNetConfig {
    blocks(depth);
    if (imageSize < STRIDE) {
      throw new ModelException(
          List.of("image-size"),
          "image-size " + imageSize + " is less than " + STRIDE + ", which a resnet needs");
    }
  }

  @Override
  public ResNetConfig at(int size) {
    return new ResNetConfig(depth, size);
  }

  @Override
  public int width() {
    return bottleneck() ? 2048 : 512;
  }

  @Override
  public String projectorName() {
    return "fc";
  }

  @Override
  public boolean couplesSamples() {
    return true;
  }

  public boolean bottleneck() {
    return depth >= 50;
  }

  /** Blocks in each of the four stages. */
  public List<Integer> blocks() {
    return blocks(depth);
  }

  private static List<Integer> blocks(int depth) {
    return switch (depth) {
      case 18 -> List.of(2, 2, 2, 2);
      case 34, 50 -> List.of(3, 4, 6, 3);
      case 101 -> List.of(3, 4, 23, 3);
      case 152 -> List.of(3, 8, 36, 3);
      default ->
          throw new ModelException(
              List.of("depth"),
              "depth " + depth + " of a resnet is not one of 18, 34, 50, 101, 152");
    };
  }
}
