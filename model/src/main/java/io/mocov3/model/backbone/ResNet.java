package io.mocov3.model.backbone;

import io.mocov3.model.nn.BatchNorm;
import io.mocov3.model.nn.Convolution;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.tensor.Forward;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * ResNet with torchvision's names: the stride of a bottleneck is on its 3 x 3 convolution, and the
 * last BatchNorm of each residual branch starts at zero. Images (N, 3, H, W) to the mean of the
 * last map (N, D).
 */
final class ResNet implements Backbone {
  private static final int STEM_CHANNELS = 64;

  private final Convolution stem;
  private final BatchNorm stemNorm;
  private final List<UnaryOperator<Tensor>> blocks = new ArrayList<>();

  ResNet(Weights weights, ResNetConfig config, Init init) {
    weights.enter(Layers.STEM);
    stem = new Convolution(weights, "conv1", init.kaiming(STEM_CHANNELS, 3, 7), 2);
    stemNorm = new BatchNorm(weights, "bn1", STEM_CHANNELS, true);
    int in = STEM_CHANNELS;
    for (int stage = 0; stage < config.blocks().size(); stage++) {
      int channels = STEM_CHANNELS << stage;
      for (int i = 0; i < config.blocks().get(stage); i++) {
        weights.enter(Layers.block(blocks.size()));
        int stride = stage > 0 && i == 0 ? 2 : 1;
        ResidualBlock block =
            new ResidualBlock(
                weights,
                "layer%d.%d".formatted(stage + 1, i),
                in,
                channels,
                stride,
                config.bottleneck(),
                init);
        blocks.add(block::forward);
        in = block.out();
      }
    }
  }

  @Override
  public Tensor forward(Tensor images) { // (N, 3, H, W)
    Tensor x = torch.relu(stemNorm.forward(stem.forward(images))); // (N, 64, H/2, W/2)
    x =
        torch.max_pool2d(
            x, new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, false);
    x = Forward.through(blocks, x);
    return torch.adaptive_avg_pool2d(x, 1, 1).flatten(1, -1); // (N, D)
  }
}
