package io.mocov3.model.tensor;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A forward pass in parts: what only one part needed is gone when the next one begins. */
public final class Forward {
  private Forward() {}

  /**
   * Sends {@code x} through the parts in turn. Of all their tensors only the last output stays, in
   * the caller's scope, besides what a graph holds for its backward pass.
   */
  public static Tensor through(List<? extends UnaryOperator<Tensor>> parts, Tensor x) {
    Tensor current = x;
    boolean ours = false;
    for (UnaryOperator<Tensor> part : parts) {
      Tensor next = alone(part, current);
      if (ours) {
        current.releaseReference();
      }
      current = next;
      ours = true;
    }
    PointerScope outer = PointerScope.getInnerScope();
    if (ours && outer != null) {
      outer.attach(current);
      current.releaseReference();
    }
    return current;
  }

  /**
   * Rows of {@code x} in about equal parts, at most so many, each sent through {@code map} by
   * itself; the joined outputs are in the caller's scope. Meant for a pass without a graph.
   */
  public static Tensor inParts(UnaryOperator<Tensor> map, Tensor x, long parts) {
    if (parts == 1) {
      return map.apply(x);
    }
    List<Tensor> outputs =
        rows(x.size(0), parts).stream()
            .map(rows -> alone(part -> map.apply(part.narrow(0, rows.from(), rows.count())), x))
            .toList();
    Tensor joined = torch.cat(new TensorVector(outputs.toArray(Tensor[]::new)), 0);
    outputs.forEach(Tensor::releaseReference);
    return joined;
  }

  /** Some neighbouring rows of a tensor. */
  public record Rows(long from, long count) {}

  /** {@code size} rows in at most so many parts, all but the last of the same size. */
  public static List<Rows> rows(long size, long parts) {
    long step = Math.ceilDiv(size, parts);
    return LongStream.iterate(0, from -> from < size, from -> from + step)
        .mapToObj(from -> new Rows(from, Math.min(step, size - from)))
        .toList();
  }

  /** The output has no scope, but one reference. */
  private static Tensor alone(UnaryOperator<Tensor> part, Tensor x) {
    try (PointerScope scope = new PointerScope()) {
      Tensor output = part.apply(x);
      output.retainReference();
      return output;
    }
  }
}
