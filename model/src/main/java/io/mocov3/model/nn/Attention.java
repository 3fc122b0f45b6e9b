package io.mocov3.model.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Multi-head self-attention. N batch, L tokens, D width, A heads. Query, key and value are one
 * linear layer of 3 D rows, each third initialised as a matrix of its own.
 */
public final class Attention {
  private final int heads;
  private final int width;
  private final Linear qkv;
  private final Linear projection;

  public Attention(Weights weights, String name, int width, int heads, Init init) {
    this.heads = heads;
    this.width = width;
    double bound = Math.sqrt(6.0 / (width + width));
    qkv =
        new Linear(
            weights, name + ".qkv", init.uniform(bound, 3L * width, width), Init.zeros(3L * width));
    projection = new Linear(weights, name + ".proj", init.xavier(width, width), Init.zeros(width));
  }

  /** (N, L, D) to (N, L, D), in the caller's scope. */
  public Tensor forward(Tensor x) {
    long n = x.size(0);
    long l = x.size(1);
    Tensor parts =
        qkv.forward(x)
            .view(n, l, 3, heads, width / heads)
            .permute(2, 0, 3, 1, 4); // (3, N, A, L, D/A)
    Tensor mixed =
        torch.scaled_dot_product_attention(
            parts.select(0, 0), parts.select(0, 1), parts.select(0, 2));
    return projection.forward(mixed.transpose(1, 2).reshape(n, l, width)); // (N, L, D)
  }
}
