package io.mocov3.model.backbone;

import io.mocov3.model.nn.Attention;
import io.mocov3.model.nn.BatchNorm;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.LayerNorm;
import io.mocov3.model.nn.Linear;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.nn.Weights;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A pre-norm transformer block: {@code x += attention(norm(x)); x += mlp(norm(x))}. */
final class Block {
  private final LayerNorm norm1;
  private final Attention attention;
  private final UnaryOperator<Tensor> norm2;
  private final Linear expand;
  private final Linear contract;
  private final UnaryOperator<Tensor> path;

  /**
   * @param path what happens to what is added to the residual stream
   */
  Block(Weights weights, String name, VitConfig config, Init init, UnaryOperator<Tensor> path) {
    this.path = path;
    int width = config.width();
    int hidden = width * config.mlpRatio();
    norm1 = new LayerNorm(weights, name + ".norm1", width);
    attention = new Attention(weights, name + ".attn", width, config.heads(), init);
    norm2 =
        config.mlpNorm() == MlpNorm.BATCH
            ? new BatchNorm(weights, name + ".norm2", width, true)::overTokens
            : new LayerNorm(weights, name + ".norm2", width)::forward;
    expand = new Linear(weights, name + ".mlp.fc1", init.xavier(hidden, width), Init.zeros(hidden));
    contract =
        new Linear(weights, name + ".mlp.fc2", init.xavier(width, hidden), Init.zeros(width));
  }

  Tensor forward(Tensor x) { // (N, L, D)
    Tensor attended = x.add(path.apply(attention.forward(norm1.forward(x))));
    return attended.add(path.apply(mlp(attended)));
  }

  /** The first token of {@link #forward} alone, if the MLP's norm looks at one token at a time. */
  Tensor first(Tensor x) { // (N, L, D) to (N, 1, D)
    Tensor attended = x.narrow(1, 0, 1).add(path.apply(attention.first(norm1.forward(x))));
    return attended.add(path.apply(mlp(attended)));
  }

  private Tensor mlp(Tensor x) {
    return contract.forward(torch.gelu(expand.forward(norm2.apply(x))));
  }
}
