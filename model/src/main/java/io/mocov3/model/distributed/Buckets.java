package io.mocov3.model.distributed;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Many tensors in few long ones, for a collective costs a round trip whatever its length. A bucket
 * is bounded, so that not all gradients are in memory twice.
 */
final class Buckets {
  private static final long MOST_NUMBERS = 16L << 20;

  private Buckets() {}

  /** {@code change} is given all numbers, some at a time, and what it makes of them stays. */
  static void through(List<Tensor> tensors, Consumer<Tensor> change) {
    List<Tensor> bucket = new ArrayList<>();
    long numbers = 0;
    for (Tensor tensor : tensors) {
      boolean full = numbers + tensor.numel() > MOST_NUMBERS;
      boolean other =
          !bucket.isEmpty()
              && !bucket.getFirst().scalar_type().intern().equals(tensor.scalar_type().intern());
      if (!bucket.isEmpty() && (full || other)) {
        one(bucket, change);
        bucket.clear();
        numbers = 0;
      }
      bucket.add(tensor);
      numbers += tensor.numel();
    }
    if (!bucket.isEmpty()) {
      one(bucket, change);
    }
  }

  private static void one(List<Tensor> bucket, Consumer<Tensor> change) {
    try (PointerScope scope = new PointerScope()) {
      Tensor flat =
          torch.cat(
              new TensorVector(
                  bucket.stream().map(tensor -> tensor.reshape(-1)).toArray(Tensor[]::new)),
              0);
      change.accept(flat);
      long at = 0;
      for (Tensor tensor : bucket) {
        tensor.copy_(flat.narrow(0, at, tensor.numel()).view_as(tensor));
        at += tensor.numel();
      }
    }
  }
}
