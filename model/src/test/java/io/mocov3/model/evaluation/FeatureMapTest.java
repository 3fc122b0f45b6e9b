package io.mocov3.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.evaluation.FeatureMap.Place;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class FeatureMapTest {
  private static final int CLASSES = 5;
  private static final int WIDTH = 12;

  @Test
  void whatIsNearStaysNear() {
    try (LabelledFeatures features = points(150)) {
      List<Place> map = FeatureMap.of(features);

      long[] labels = features.labelArray();
      long right =
          IntStream.range(0, map.size()).filter(i -> labels[nearest(map, i)] == labels[i]).count();
      assertThat(right).isGreaterThan(145);
      assertThat(map).allMatch(place -> place.x() >= 0 && place.x() <= 1 && place.y() <= 1);
      assertThat(map.stream().mapToDouble(Place::x).max()).hasValue(1);
    }
  }

  @Test
  void theSameFeaturesGiveTheSameMapAndLeaveNothingBehind() {
    try (LabelledFeatures features = points(40)) {
      List<Place> first = FeatureMap.of(features);
      long before = Pointer.totalCount();

      assertThat(FeatureMap.of(features)).isEqualTo(first);
      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }

  private static int nearest(List<Place> map, int of) {
    Place here = map.get(of);
    return IntStream.range(0, map.size())
        .filter(i -> i != of)
        .boxed()
        .min(Comparator.comparingDouble(i -> distance(map.get(i), here)))
        .orElseThrow();
  }

  private static double distance(Place a, Place b) {
    return Math.hypot(a.x() - b.x(), a.y() - b.y());
  }

  private static LabelledFeatures points(int size) {
    Random random = new Random(4);
    float[] numbers = new float[size * WIDTH];
    for (int i = 0; i < numbers.length; i++) {
      boolean own = i % WIDTH == i / WIDTH % CLASSES;
      numbers[i] = (float) ((own ? 1 : 0) + 0.15 * random.nextGaussian());
    }
    try (PointerScope scope = new PointerScope();
        LabelledFeatures.Builder builder = new LabelledFeatures.Builder()) {
      builder.add(Tensor.create(numbers, size, WIDTH));
      return builder.build(
          LongStream.range(0, size).map(i -> i % CLASSES).toArray(),
          IntStream.range(0, size).boxed().toList());
    }
  }
}
