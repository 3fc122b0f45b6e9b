package io.mocov3.model.nn;

import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** The running statistics of every BatchNorm, and a copy to return to. Owns the copy. */
public final class BatchStatistics implements AutoCloseable {
  private final List<Tensor> present;
  private final List<Tensor> saved;

  public BatchStatistics(Stream<Weights> networks) {
    try (NoGrad noGrad = new NoGrad()) {
      present =
          networks
              .flatMap(weights -> weights.entries(Weights.Kind.BUFFER::equals).stream())
              .map(Weights.Entry::tensor)
              .toList();
      saved = present.stream().map(tensor -> Tensors.keep(tensor.clone())).toList();
    }
  }

  /** Copies the statistics aside. */
  public void save() {
    copy(present, saved);
  }

  /** Returns the statistics to what they were at {@link #save}. */
  public void restore() {
    copy(saved, present);
  }

  private static void copy(List<Tensor> from, List<Tensor> to) {
    try (NoGrad noGrad = new NoGrad()) {
      for (int i = 0; i < from.size(); i++) {
        to.get(i).copy_(from.get(i));
      }
    }
  }

  @Override
  public void close() {
    saved.forEach(Tensor::releaseReference);
  }
}
