package io.mocov3.model.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Features (M, D) of images with their labels (M) and their indices in the set they are of. Owns
 * its tensors.
 */
public record LabelledFeatures(Tensor features, Tensor labels, List<Integer> indices)
    implements AutoCloseable {

  /** What a network makes of images that nothing is to be learned from: their own numbers. */
  public static Tensor rawPixels(Tensor images) {
    return images.flatten(1, -1);
  }

  /** Collects them batch by batch. Owns what it has until it is built. */
  public static final class Builder implements AutoCloseable {
    private final List<Tensor> parts = new ArrayList<>();

    /** Features (N, D) of images (N, 3, H, W), without a graph. */
    public void add(Supplier<Tensor> images, UnaryOperator<Tensor> network) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        Tensor features = network.apply(images.get());
        features.retainReference();
        parts.add(features);
      }
    }

    /** One label and one index for each row that was added. */
    public LabelledFeatures build(long[] labels, List<Integer> indices) {
      try (PointerScope scope = new PointerScope()) {
        Tensor features = torch.cat(new TensorVector(parts.toArray(new Tensor[0])), 0);
        Tensor classes = Tensor.create(labels);
        features.retainReference();
        classes.retainReference();
        return new LabelledFeatures(features, classes, List.copyOf(indices));
      }
    }

    @Override
    public void close() {
      parts.forEach(Tensor::releaseReference);
      parts.clear();
    }
  }

  @Override
  public void close() {
    features.releaseReference();
    labels.releaseReference();
  }
}
