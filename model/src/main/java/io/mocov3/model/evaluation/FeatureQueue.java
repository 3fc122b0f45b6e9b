package io.mocov3.model.evaluation;

import io.mocov3.model.checkpoint.Saved;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.device.Placement;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The paper's memory bank: features of the training views with their labels, newest kept, on the
 * device. Bounded by length and by age. Owns its tensors.
 */
public final class FeatureQueue implements Stateful, AutoCloseable {
  private static final long MOST_BYTES = 1L << 30;

  private final Tensor features; // (length, D)
  private final Tensor labels; // (length), on the host: no step waits for their way to the device
  private final List<Tensor> parts = new ArrayList<>(); // of the features, for checkpoints
  private final long[] steps;
  private final int maxAgeSteps;
  private int size;
  private int next;

  /** {@code maxAgeSteps} of 0 bounds by length alone. */
  public FeatureQueue(int length, long width, int maxAgeSteps, Placement placement) {
    this.maxAgeSteps = maxAgeSteps;
    steps = new long[length];
    try (NoGrad noGrad = new NoGrad()) {
      features =
          Tensors.keep(
              torch.zeros(new long[] {length, width}, placement.options(ScalarType.Float)));
      labels = Tensors.keep(torch.zeros(length).to(ScalarType.Long));
      for (long from = 0; from < length; from += rowsOfAPart(width)) {
        long rows = Math.min(rowsOfAPart(width), length - from);
        parts.add(Tensors.keep(features.narrow(0, from, rows)));
      }
    }
  }

  /** A tensor of a file holds less than 2 GiB. */
  private static long rowsOfAPart(long width) {
    return Math.max(1, MOST_BYTES / (width * Float.BYTES));
  }

  /** Features (N, D) of step {@code step} and their labels (N). */
  public void add(Tensor rows, long[] classes, long step) {
    try (NoGrad noGrad = new NoGrad()) {
      Tensor values = rows.to(ScalarType.Float);
      Tensor truth = Tensor.create(classes);
      int from = Math.max(0, classes.length - steps.length);
      while (from < classes.length) {
        int rowsNow = Math.min(classes.length - from, steps.length - next);
        features.narrow(0, next, rowsNow).copy_(values.narrow(0, from, rowsNow));
        labels.narrow(0, next, rowsNow).copy_(truth.narrow(0, from, rowsNow));
        Arrays.fill(steps, next, next + rowsNow, step);
        next = (next + rowsNow) % steps.length;
        size = Math.min(steps.length, size + rowsNow);
        from += rowsNow;
      }
    }
  }

  /** For benchmarks: a full queue of random features of step 0, with every class. */
  public void fillWithNoise(int classes) {
    try (NoGrad noGrad = new NoGrad()) {
      add(
          torch.randn(steps.length, features.size(1)),
          LongStream.range(0, steps.length).map(i -> i % classes).toArray(),
          0);
    }
  }

  /** How many features are no older than allowed at {@code step}. */
  public int size(long step) {
    int kept = 0;
    while (kept < size && (maxAgeSteps == 0 || step - steps[back(kept)] <= maxAgeSteps)) {
      kept++;
    }
    return kept;
  }

  /** Steps since the oldest of those was computed; 0 when there are none. */
  public long age(long step) {
    int kept = size(step);
    return kept == 0 ? 0 : step - steps[back(kept - 1)];
  }

  private int back(int i) {
    return Math.floorMod(next - 1 - i, steps.length);
  }

  /** A classifier by what is in the queue at {@code step}, owned by the caller. */
  public KnnClassifier classifier(long step, int classes) {
    int kept = size(step);
    try (NoGrad noGrad = new NoGrad()) {
      return new KnnClassifier(newest(features, kept), newest(labels, kept), classes);
    }
  }

  private Tensor newest(Tensor ring, int kept) {
    int first = Math.floorMod(next - kept, steps.length);
    if (first + kept <= steps.length) {
      return ring.narrow(0, first, kept);
    }
    int tail = steps.length - first;
    return torch.cat(
        new TensorVector(ring.narrow(0, first, tail), ring.narrow(0, 0, (long) kept - tail)), 0);
  }

  @Override
  public String section() {
    return "feature_queue";
  }

  @Override
  public String subject() {
    return "%d features of %d steps".formatted(steps.length, maxAgeSteps);
  }

  @Override
  public Map<String, Object> save() {
    return Map.of("size", size, "next", next, "steps", steps.clone());
  }

  @Override
  public void load(Saved saved) {
    size = (int) saved.integer("size");
    next = (int) saved.integer("next");
    System.arraycopy(saved.integers("steps"), 0, steps, 0, steps.length);
  }

  @Override
  public SequencedMap<String, Tensor> tensors() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      tensors.put("features." + i, parts.get(i));
    }
    tensors.put("labels", labels);
    return tensors;
  }

  @Override
  public void close() {
    parts.forEach(Tensor::releaseReference);
    features.releaseReference();
    labels.releaseReference();
  }
}
