package io.mocov3.model.evaluation;

import io.mocov3.model.backbone.FeatureKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Collects features of several kinds batch by batch. Owns what it has until it is built. */
public final class FeatureCollector implements AutoCloseable {
  private final Map<FeatureKind, LabelledFeatures.Builder> builders =
      new EnumMap<>(FeatureKind.class);

  /** What {@code network} makes of images (N, 3, H, W), without a graph. */
  public void add(Supplier<Tensor> images, Function<Tensor, Map<FeatureKind, Tensor>> network) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      network
          .apply(images.get())
          .forEach(
              (kind, features) ->
                  builders
                      .computeIfAbsent(kind, k -> new LabelledFeatures.Builder())
                      .add(features));
    }
  }

  /** One label and one index for each row that was added. */
  public Map<FeatureKind, LabelledFeatures> build(long[] labels, List<Integer> indices) {
    Map<FeatureKind, LabelledFeatures> built = new EnumMap<>(FeatureKind.class);
    builders.forEach((kind, builder) -> built.put(kind, builder.build(labels, indices)));
    return built;
  }

  @Override
  public void close() {
    builders.values().forEach(LabelledFeatures.Builder::close);
  }
}
