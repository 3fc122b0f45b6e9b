package io.mocov3.model.evaluation;

import io.mocov3.model.device.Placement;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Features (M, D) of images in blocks of rows, with their labels (M) on the host, -1 for none, and
 * their indices in the set they are of. Owns its tensors.
 */
public record LabelledFeatures(List<Tensor> blocks, Tensor labels, List<Integer> indices)
    implements AutoCloseable {
  /** Rows of all blocks but the last. */
  public static final int ROWS = 65_536;

  /** What a network makes of images that nothing is to be learned from: their own numbers. */
  public static Tensor rawPixels(Tensor images) {
    return images.flatten(1, -1);
  }

  /** Collects them batch by batch. Owns what it has until it is built. */
  public static final class Builder implements AutoCloseable {
    private final List<Tensor> parts = new ArrayList<>();
    private final List<Tensor> blocks = new ArrayList<>();
    private long rows;

    /** Features (N, D), copied. */
    public void add(Tensor features) {
      parts.add(Tensors.keep(features.to(ScalarType.Float).clone()));
      rows += features.size(0);
      if (rows >= ROWS) {
        join();
      }
    }

    /** Full blocks out of the parts; what is left stays a part. */
    private void join() {
      try (PointerScope scope = new PointerScope()) {
        Tensor all = torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
        long from = 0;
        for (; from + ROWS <= rows; from += ROWS) {
          blocks.add(Tensors.keep(all.narrow(0, from, ROWS).clone()));
        }
        parts.forEach(Tensor::releaseReference);
        parts.clear();
        rows -= from;
        if (rows > 0) {
          parts.add(Tensors.keep(all.narrow(0, from, rows).clone()));
        }
      }
    }

    /** One label and one index for each row that was added. */
    public LabelledFeatures build(long[] labels, List<Integer> indices) {
      try (PointerScope scope = new PointerScope()) {
        if (!parts.isEmpty()) {
          blocks.add(Tensors.keep(torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0)));
        }
        LabelledFeatures built =
            new LabelledFeatures(
                List.copyOf(blocks), Tensors.keep(Tensor.create(labels)), List.copyOf(indices));
        blocks.clear();
        return built;
      }
    }

    @Override
    public void close() {
      parts.forEach(Tensor::releaseReference);
      parts.clear();
      blocks.forEach(Tensor::releaseReference);
      blocks.clear();
    }
  }

  /** For benchmarks: random features, every class equally often. */
  public static LabelledFeatures noise(int size, int width, int classes, Placement placement) {
    try (Builder builder = new Builder();
        PointerScope scope = new PointerScope();
        NoGrad noGrad = new NoGrad()) {
      builder.add(torch.randn(size, width).to(placement.torchDevice(), ScalarType.Float));
      return builder.build(
          LongStream.range(0, size).map(i -> i % classes).toArray(),
          IntStream.range(0, size).boxed().toList());
    }
  }

  /** The numbers of a block, row by row. */
  public float[] numbers(int block) {
    try (PointerScope scope = new PointerScope()) {
      Tensor host = blocks.get(block).cpu().contiguous();
      float[] numbers = new float[Math.toIntExact(host.numel())];
      new FloatPointer(host.data_ptr()).get(numbers);
      return numbers;
    }
  }

  /** Number of images, M. */
  public int size() {
    return indices.size();
  }

  /** Numbers of an image, D. */
  public long width() {
    return blocks.getFirst().size(1);
  }

  /** Some of the rows (N, D), in their order, in the caller's scope. */
  public Tensor rows(long[] rows) {
    if (blocks.size() == 1) {
      return blocks.getFirst().index_select(0, on(blocks.getFirst(), rows));
    }
    List<Tensor> parts = new ArrayList<>();
    List<long[]> places = new ArrayList<>();
    for (int block = 0; block < blocks.size(); block++) {
      long first = (long) block * ROWS;
      long[] here =
          LongStream.range(0, rows.length)
              .filter(i -> rows[(int) i] / ROWS * ROWS == first)
              .toArray();
      if (here.length > 0) {
        long[] within = LongStream.of(here).map(i -> rows[(int) i] - first).toArray();
        parts.add(blocks.get(block).index_select(0, on(blocks.get(block), within)));
        places.add(here);
      }
    }
    Tensor joined = torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
    long[] back = new long[rows.length];
    int at = 0;
    for (long[] here : places) {
      for (long place : here) {
        back[(int) place] = at++;
      }
    }
    return joined.index_select(0, on(joined, back));
  }

  /** Labels (N) of some of the rows, in the caller's scope. */
  public Tensor labels(long[] rows) {
    return labels.index_select(0, Tensor.create(rows));
  }

  /** The label of each row. */
  public long[] labelArray() {
    long[] all = new long[size()];
    new LongPointer(labels.data_ptr()).get(all);
    return all;
  }

  /** Some of the rows, owned by the caller. */
  public LabelledFeatures subset(long[] rows) {
    long[] all = labelArray();
    try (Builder builder = new Builder();
        PointerScope scope = new PointerScope();
        NoGrad noGrad = new NoGrad()) {
      builder.add(rows(rows));
      return builder.build(
          LongStream.of(rows).map(row -> all[(int) row]).toArray(),
          LongStream.of(rows).mapToObj(row -> indices.get((int) row)).toList());
    }
  }

  private static Tensor on(Tensor like, long[] numbers) {
    return Tensor.create(numbers).to(like.device(), ScalarType.Long);
  }

  @Override
  public void close() {
    blocks.forEach(Tensor::releaseReference);
    labels.releaseReference();
  }
}
