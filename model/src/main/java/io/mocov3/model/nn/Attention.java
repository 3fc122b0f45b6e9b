package io.mocov3.model.nn;

import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Precision;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

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
    TensorVector parts = qkv.forward(x).chunk(3, -1);
    return mix(parts.get(0), parts.get(1), parts.get(2));
  }

  /** Of the first token alone, which sees all of them: (N, L, D) to (N, 1, D). */
  public Tensor first(Tensor x) {
    List<Linear.Applied> rows = qkv.split(width, 2L * width);
    Tensor query = rows.getFirst().to(x.narrow(1, 0, 1));
    TensorVector parts = rows.getLast().to(x).chunk(2, -1);
    return mix(query, parts.get(0), parts.get(1));
  }

  private Tensor mix(Tensor query, Tensor key, Tensor value) { // (N, L, D) each
    Tensor mixed = attend(byHead(query), byHead(key), byHead(value));
    return projection.forward(mixed.transpose(1, 2).flatten(2, 3));
  }

  private Tensor byHead(Tensor x) { // (N, L, D) to (N, A, L, D/A)
    return x.view(x.size(0), x.size(1), heads, width / heads).transpose(1, 2);
  }

  /** In fp32 where bf16 is slower: this libtorch's products of small bf16 matrices on a CPU. */
  private static Tensor attend(Tensor query, Tensor key, Tensor value) {
    if (query.is_cuda() || query.scalar_type().intern() != ScalarType.BFloat16) {
      return torch.scaled_dot_product_attention(query, key, value);
    }
    try (Autocast full = new Autocast(false, Precision.FP32)) {
      return torch
          .scaled_dot_product_attention(
              query.to(ScalarType.Float), key.to(ScalarType.Float), value.to(ScalarType.Float))
          .to(ScalarType.BFloat16);
    }
  }
}
