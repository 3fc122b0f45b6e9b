package io.mocov3.actors.evaluation;

import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.EvalView;
import io.mocov3.model.tensor.Pixels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Features (M, D) of the evaluation view of images, with their labels (M) and sample indices.
 * Undecodable images are left out. Owns its tensors.
 */
public record LabelledFeatures(Tensor features, Tensor labels, List<Integer> indices)
    implements AutoCloseable {

  /**
   * Computes the features of {@code count} images spread evenly over {@code source}, {@code
   * batchSize} at a time. {@code network} maps normalised images (N, 3, H, W) to features (N, D).
   */
  public static LabelledFeatures of(
      ImageSource source,
      int count,
      EvalView view,
      int size,
      int batchSize,
      Pixels pixels,
      UnaryOperator<Tensor> network) {
    BatchBuffer buffer = BatchBuffer.allocate(1, batchSize, size, size);
    List<Tensor> features = new ArrayList<>();
    try {
      return of(source, count, view, size, buffer, features, pixels, network);
    } catch (RuntimeException e) {
      features.forEach(Tensor::releaseReference);
      throw e;
    }
  }

  private static LabelledFeatures of(
      ImageSource source,
      int count,
      EvalView view,
      int size,
      BatchBuffer buffer,
      List<Tensor> features,
      Pixels pixels,
      UnaryOperator<Tensor> network) {
    if (count == 0) {
      throw new BatchFailedException("there are no images; check the data set");
    }
    List<Integer> kept = new ArrayList<>();
    int batchSize = buffer.samples();
    int next = 0;
    while (next < count) {
      int filled = 0;
      while (filled < batchSize && next < count) {
        int index = (int) ((long) next * source.size() / count);
        if (view.fill(source, index, buffer, filled) instanceof Outcome.Filled) {
          kept.add(index);
          filled++;
        }
        next++;
      }
      if (filled > 0) {
        features.add(forward(buffer, filled, size, pixels, network));
      }
    }
    if (kept.isEmpty()) {
      throw new BatchFailedException(
          "none of %d images can be decoded, %s is the first; check the data set"
              .formatted(count, source.id(0)));
    }
    return join(features, kept, source);
  }

  private static Tensor forward(
      BatchBuffer buffer, int n, int size, Pixels pixels, UnaryOperator<Tensor> network) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor output = network.apply(pixels.images(buffer.pixels(), n, size, size));
      output.retainReference();
      return output;
    }
  }

  private static LabelledFeatures join(List<Tensor> parts, List<Integer> kept, ImageSource source) {
    try (PointerScope scope = new PointerScope()) {
      Tensor features = torch.cat(new TensorVector(parts.toArray(new Tensor[0])), 0);
      Tensor labels = Tensor.create(kept.stream().mapToLong(source::label).toArray());
      features.retainReference();
      labels.retainReference();
      parts.forEach(Tensor::releaseReference);
      return new LabelledFeatures(features, labels, List.copyOf(kept));
    }
  }

  @Override
  public void close() {
    features.releaseReference();
    labels.releaseReference();
  }
}
