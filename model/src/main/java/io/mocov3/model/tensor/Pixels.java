package io.mocov3.model.tensor;

import io.mocov3.model.device.Placement;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * From the bytes of a batch buffer to what the network sees: {@code (x / 255 - mean) / std} per
 * channel, on the device. The bytes are wrapped, not copied, before they go to the device.
 */
public final class Pixels implements AutoCloseable {
  private final Placement placement;
  private final Tensor scale; // 1 / (255 std)
  private final Tensor shift; // -mean / std

  /** {@code mean} and {@code std} have one number per channel R, G, B, in units of 0 to 1. */
  public Pixels(Placement placement, List<Double> mean, List<Double> std) {
    this.placement = placement;
    try (PointerScope scope = new PointerScope()) {
      int channels = std.size();
      scale = channel(IntStream.range(0, channels).mapToDouble(i -> 1 / (255 * std.get(i))));
      shift = channel(IntStream.range(0, channels).mapToDouble(i -> -mean.get(i) / std.get(i)));
    }
  }

  /**
   * Direct bytes laid out (views, N, H, W, 3) to both views (N, 3, H, W), owned by the caller. The
   * bytes may be reused afterwards.
   */
  public ViewPair views(ByteBuffer pixels, int n, int height, int width) {
    try (NoGrad noGrad = new NoGrad()) {
      Tensor both = wrap(pixels, 2, n, height, width, 3);
      return new ViewPair(normalize(both.select(0, 0)), normalize(both.select(0, 1))).retained();
    }
  }

  /**
   * The same with {@code count} smaller views behind them, (count, N, size, size, 3) bytes, as (N,
   * 3, size, size) each.
   */
  public ViewPair views(ByteBuffer pixels, int n, int height, int width, int count, int size) {
    if (count == 0) {
      return views(pixels, n, height, width);
    }
    try (NoGrad noGrad = new NoGrad()) {
      Tensor both = wrap(pixels, 2, n, height, width, 3);
      int before = 2 * n * height * width * 3;
      Tensor some = wrap(pixels.slice(before, pixels.capacity() - before), count, n, size, size, 3);
      return new ViewPair(
              normalize(both.select(0, 0)),
              normalize(both.select(0, 1)),
              IntStream.range(0, count).mapToObj(i -> normalize(some.select(0, i))).toList())
          .retained();
    }
  }

  /** Direct bytes laid out (N, H, W, 3) to images (N, 3, H, W) in the caller's scope. */
  public Tensor images(ByteBuffer pixels, int n, int height, int width) {
    return normalize(wrap(pixels, n, height, width, 3));
  }

  /** The same, and of the N only these. */
  public Tensor images(ByteBuffer pixels, int n, int height, int width, long[] rows) {
    Tensor all = images(pixels, n, height, width);
    return rows.length == n
        ? all
        : all.index_select(0, Tensor.create(rows).to(all.device(), ScalarType.Long));
  }

  /** uint8 (N, H, W, 3) to (N, 3, H, W) of the placement's type. */
  private Tensor normalize(Tensor bytes) {
    return normalizePlanar(bytes.permute(0, 3, 1, 2));
  }

  /** uint8 (N, 3, H, W) to the same shape of the placement's type. */
  public Tensor normalizePlanar(Tensor bytes) {
    // whatever this thread asks of the device later comes after the copy
    boolean nonBlocking = true;
    return bytes
        .to(placement.options(ScalarType.Byte), nonBlocking, false, new MemoryFormatOptional())
        .mul(scale)
        .add_(shift);
  }

  @Override
  public void close() {
    scale.releaseReference();
    shift.releaseReference();
  }

  private static Tensor wrap(ByteBuffer pixels, long... shape) {
    BytePointer pointer = new BytePointer(pixels);
    return torch.from_blob(pointer, shape, new TensorOptions(ScalarType.Byte));
  }

  private Tensor channel(DoubleStream values) {
    double[] numbers = values.toArray();
    Tensor tensor =
        Tensor.create(numbers, 1, numbers.length, 1, 1)
            .to(placement.torchDevice(), placement.dtype());
    tensor.retainReference();
    return tensor;
  }
}
