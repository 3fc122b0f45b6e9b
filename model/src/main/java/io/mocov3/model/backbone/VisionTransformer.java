package io.mocov3.model.backbone;

import io.mocov3.model.device.Precision;
import io.mocov3.model.nn.DropPath;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.LayerNorm;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.nn.Weights.Kind;
import io.mocov3.model.tensor.Forward;
import io.mocov3.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * ViT. N batch, H W image, L tokens, D width: images (N, 3, H, W), already normalised, to features
 * (N, D).
 */
final class VisionTransformer implements Backbone {
  private static final double CLASS_TOKEN_STD = 1e-6;
  private static final double LEARNED_POSITION_STD = 0.02;

  /** Blocks of {@link FeatureKind#LAST_FOUR}. */
  private static final int LAST = 4;

  private final VitConfig config;
  private final Optional<Tensor> classToken;
  private final Optional<Tensor> positions;
  private final PatchEmbedding patchEmbedding;
  private final List<UnaryOperator<Tensor>> blocks = new ArrayList<>();
  private final List<Block> wholeBlocks = new ArrayList<>();
  private final Optional<LayerNorm> norm;
  private final boolean narrow;
  private final Weights weights;

  /** Positions of images of another size, by their rows. */
  private final Map<Long, Tensor> others = new HashMap<>();

  VisionTransformer(
      Weights weights, VitConfig config, Init init, Precision precision, DropPath path) {
    this.config = config;
    this.weights = weights;
    narrow = precision == Precision.BF16_RESIDUAL;
    int width = config.width();
    weights.enter(Layers.TOKENS);
    classToken =
        config.pooling() == Pooling.CLS
            ? Optional.of(
                weights.add("cls_token", init.normal(CLASS_TOKEN_STD, 1, 1, width), Kind.TRAINED))
            : Optional.empty();
    positions = positions(weights, config, init);
    weights.enter(Layers.PATCH_PROJECTION);
    patchEmbedding = PatchEmbedding.of(weights, config, init);
    for (int i = 0; i < config.depth(); i++) {
      weights.enter(Layers.block(i));
      Block block =
          new Block(weights, "blocks." + i, config, init, path.branch(weights, i, config.depth()));
      wholeBlocks.add(block);
      boolean last = i == config.depth() - 1;
      blocks.add(last && config.endsInOneToken() ? block::first : block::forward);
    }
    weights.enter(Layers.FINAL_NORM);
    norm =
        config.pooling() == Pooling.MEAN_NO_NORM
            ? Optional.empty()
            : Optional.of(new LayerNorm(weights, "norm", width));
  }

  @Override
  public Tensor forward(Tensor images) { // (N, 3, H, W)
    return pooled(normed(Forward.through(blocks, tokens(images))));
  }

  @Override
  public Set<FeatureKind> kinds() {
    return EnumSet.allOf(FeatureKind.class);
  }

  @Override
  public Map<FeatureKind, Tensor> forward(Tensor images, Set<FeatureKind> kinds) {
    List<Tensor> last = new ArrayList<>(); // (N, D) each
    List<UnaryOperator<Tensor>> parts = new ArrayList<>();
    for (int i = 0; i < wholeBlocks.size(); i++) {
      Block block = wholeBlocks.get(i);
      boolean kept = i >= wholeBlocks.size() - LAST;
      parts.add(
          x -> {
            Tensor y = block.forward(x);
            if (kept) {
              last.add(Tensors.keep(pooled(normed(y)).clone()));
            }
            return y;
          });
    }
    Tensor end = normed(Forward.through(parts, tokens(images)));
    last.forEach(Tensors::hand);
    Map<FeatureKind, Tensor> all = new EnumMap<>(FeatureKind.class);
    for (FeatureKind kind : kinds) {
      all.put(
          kind,
          switch (kind) {
            case POOLED -> last.getLast();
            case PATCH_MEAN -> patches(end).mean(1);
            case LAST_FOUR -> torch.cat(new TensorVector(last.toArray(Tensor[]::new)), 1);
          });
    }
    return all;
  }

  private Tensor normed(Tensor x) {
    return norm.isPresent() ? norm.get().forward(x) : x;
  }

  private Tensor pooled(Tensor x) { // (N, L, D) to (N, D)
    return config.pooling() == Pooling.CLS ? x.select(1, 0) : x.mean(1);
  }

  private Tensor patches(Tensor x) {
    return config.pooling() == Pooling.CLS ? x.narrow(1, 1, x.size(1) - 1) : x;
  }

  /** What the first block sees, (N, L, D). */
  private Tensor tokens(Tensor images) {
    Tensor x = patchEmbedding.forward(images); // (N, patches, D)
    if (classToken.isPresent()) {
      Tensor cls = classToken.get().expand(x.size(0), 1, config.width()).to(x.scalar_type());
      x = torch.cat(new TensorVector(cls, x), 1); // (N, L, D)
    }
    if (positions.isPresent()) {
      int dropped = config.pooling() == Pooling.CLS ? 0 : 1;
      x = x.add(positionsFor(x.size(1) + dropped).narrow(1, dropped, x.size(1)));
    }
    return narrow ? x.to(ScalarType.BFloat16) : x;
  }

  /** Of so many rows; a smaller image has its patches spread over the positions of a whole one. */
  private Tensor positionsFor(long rows) {
    Tensor whole = positions.orElseThrow();
    if (rows == whole.size(1)) {
      return whole;
    }
    return others.computeIfAbsent(
        rows,
        count -> {
          int grid = (int) Math.round(Math.sqrt(count - 1.0));
          Tensor table = SinCosPositionEmbedding.tensor(grid, config.grid(), config.width());
          return weights.keep(table.to(whole.device(), whole.scalar_type()));
        });
  }

  /**
   * (1, patches + 1, D): as in the reference the class token has a row even where it is dropped.
   */
  private static Optional<Tensor> positions(Weights weights, VitConfig config, Init init) {
    String name = "pos_embed";
    int rows = config.grid() * config.grid() + 1;
    return switch (config.positionEmbedding()) {
      case SINCOS ->
          Optional.of(
              weights.add(
                  name,
                  SinCosPositionEmbedding.tensor(config.grid(), config.width()),
                  Kind.FROZEN));
      case LEARNED ->
          Optional.of(
              weights.add(
                  name, init.normal(LEARNED_POSITION_STD, 1, rows, config.width()), Kind.TRAINED));
      case NONE -> Optional.empty();
    };
  }
}
