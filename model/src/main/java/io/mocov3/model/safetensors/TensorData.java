package io.mocov3.model.safetensors;

import io.mocov3.model.ModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A tensor as bytes: row-major, little-endian, read-only; shape [] is one number. {@code bytes} is
 * what remains in the buffer, shared and not copied, and must be as long as the shape asks.
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
public record TensorData(DType dtype, long[] shape, ByteBuffer bytes) {
  public TensorData {
    shape = shape.clone();
    bytes = bytes.slice().asReadOnlyBuffer();
    long expected = Shapes.bytes(dtype, shape);
    if (bytes.remaining() != expected) {
      throw new ModelException(
          "%d bytes given, but %s %s takes %d"
              .formatted(bytes.remaining(), dtype, Arrays.toString(shape), expected));
    }
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** A view with its own position, at 0, and little-endian order. */
  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Number of elements: 1 for shape []. */
  public long numel() {
    return bytes.remaining() / dtype.bytes();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorData that
        && dtype == that.dtype
        && Arrays.equals(shape, that.shape)
        && bytes.equals(that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * dtype.hashCode() + Arrays.hashCode(shape)) + bytes.hashCode();
  }

  @Override
  public String toString() {
    return dtype + " " + Arrays.toString(shape);
  }
}
