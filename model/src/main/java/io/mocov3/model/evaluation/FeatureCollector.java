package io.mocov3.model.evaluation;

import io.mocov3.model.backbone.FeatureKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Collects features of several kinds batch by batch. Owns what it has until it is built. */
public final class FeatureCollector implements AutoCloseable {
  private final Map<FeatureKind, LabelledFeatures.Builder> builders =
      new EnumMap<>(FeatureKind.class);
  private final List<Integer> samples = new ArrayList<>();
  private final Optional<FeatureParts> parts;

  /** With a place where they are kept, if there is one. */
  public FeatureCollector(Optional<FeatureParts> parts) {
    this.parts = parts;
  }

  /** Takes what is kept already; returns how many images were read for it. */
  public int begin() {
    return parts.map(kept -> kept.load(this::take)).orElse(0);
  }

  /**
   * What {@code network} makes of images (N, 3, H, W), without a graph.
   *
   * @param images which they are
   */
  public void add(
      Supplier<Tensor> pixels,
      List<Integer> images,
      Function<Tensor, Map<FeatureKind, Tensor>> network) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Map<FeatureKind, Tensor> features = network.apply(pixels.get());
      take(features, images);
      parts.ifPresent(kept -> kept.add(features, images));
    }
  }

  private void take(Map<FeatureKind, Tensor> features, List<Integer> images) {
    features.forEach(
        (kind, rows) ->
            builders.computeIfAbsent(kind, k -> new LabelledFeatures.Builder()).add(rows));
    samples.addAll(images);
  }

  /** All of the first {@code read} images were added, or cannot be. */
  public void read(int read, boolean end) {
    parts.ifPresent(kept -> kept.read(read, end));
  }

  public boolean isEmpty() {
    return samples.isEmpty();
  }

  /** With the label of each image. */
  public Map<FeatureKind, LabelledFeatures> build(IntToLongFunction label) {
    Map<FeatureKind, LabelledFeatures> built = new EnumMap<>(FeatureKind.class);
    long[] labels = samples.stream().mapToLong(label::applyAsLong).toArray();
    builders.forEach((kind, builder) -> built.put(kind, builder.build(labels, samples)));
    return built;
  }

  @Override
  public void close() {
    builders.values().forEach(LabelledFeatures.Builder::close);
    parts.ifPresent(FeatureParts::close);
  }
}
