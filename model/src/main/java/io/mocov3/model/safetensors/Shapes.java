package io.mocov3.model.safetensors;

import io.mocov3.model.ModelException;
import java.util.Arrays;

/** How many bytes a shape takes, without overflow. */
final class Shapes {
  private Shapes() {}

  static long bytes(DType dtype, long[] shape) {
    long bytes = dtype.bytes();
    for (long extent : shape) {
      if (extent < 0) {
        throw new ModelException(
            "shape %s has the negative extent %d".formatted(print(shape), extent));
      }
      try {
        bytes = Math.multiplyExact(bytes, extent);
      } catch (ArithmeticException e) {
        throw new ModelException(
            "shape %s takes more bytes than a 64-bit number counts".formatted(print(shape)), e);
      }
    }
    return bytes;
  }

  /** At most eight extents: a hostile header may have millions. */
  static String print(long[] shape) {
    return shape.length <= 8
        ? Arrays.toString(shape)
        : Arrays.toString(Arrays.copyOf(shape, 8))
            .replace("]", ", ... %d]".formatted(shape.length));
  }
}
