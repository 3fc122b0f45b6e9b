package io.mocov3.model.backbone;

import io.mocov3.model.nn.BatchNorm;
import io.mocov3.model.nn.Convolution;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * {@code relu(shortcut(x) + branch(x))}: two 3 x 3 convolutions, or a bottleneck of 1 x 1, 3 x 3
 * and 1 x 1 with four times the channels. The shortcut is a 1 x 1 convolution where the shape
 * changes.
 */
final class ResidualBlock {
  private static final int EXPANSION = 4;

  private final List<Convolution> convolutions = new ArrayList<>();
  private final List<BatchNorm> norms = new ArrayList<>();
  private final Optional<Convolution> shortcut;
  private final Optional<BatchNorm> shortcutNorm;
  private final int out;

  ResidualBlock(
      Weights weights,
      String name,
      int in,
      int channels,
      int stride,
      boolean bottleneck,
      Init init) {
    out = bottleneck ? EXPANSION * channels : channels;
    if (bottleneck) {
      add(weights, name, init.kaiming(channels, in, 1), 1, false);
      add(weights, name, init.kaiming(channels, channels, 3), stride, false);
      add(weights, name, init.kaiming(out, channels, 1), 1, true);
    } else {
      add(weights, name, init.kaiming(channels, in, 3), stride, false);
      add(weights, name, init.kaiming(channels, channels, 3), 1, true);
    }
    boolean reshapes = stride != 1 || in != out;
    shortcut =
        reshapes
            ? Optional.of(
                new Convolution(weights, name + ".downsample.0", init.kaiming(out, in, 1), stride))
            : Optional.empty();
    shortcutNorm =
        reshapes
            ? Optional.of(new BatchNorm(weights, name + ".downsample.1", out, true))
            : Optional.empty();
  }

  /** Channels of the output. */
  int out() {
    return out;
  }

  Tensor forward(Tensor x) { // (N, in, H, W)
    Tensor y = x;
    for (int i = 0; i < convolutions.size(); i++) {
      y = norms.get(i).forward(convolutions.get(i).forward(i == 0 ? y : torch.relu(y)));
    }
    Tensor identity =
        shortcut.isPresent() ? shortcutNorm.orElseThrow().forward(shortcut.get().forward(x)) : x;
    return torch.relu(y.add(identity));
  }

  private void add(Weights weights, String name, Tensor kernel, int stride, boolean last) {
    int number = convolutions.size() + 1;
    convolutions.add(new Convolution(weights, name + ".conv" + number, kernel, stride));
    long channels = kernel.size(0);
    norms.add(
        last
            ? BatchNorm.startingAtZero(weights, name + ".bn" + number, channels)
            : new BatchNorm(weights, name + ".bn" + number, channels, true));
  }
}
