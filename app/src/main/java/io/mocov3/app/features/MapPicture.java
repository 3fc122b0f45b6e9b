package io.mocov3.app.features;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.augment.sheet.MapSheet;
import io.mocov3.augment.sheet.MapSheet.Dot;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.evaluation.FeatureMap;
import io.mocov3.model.evaluation.FeatureMap.Place;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.Pixels;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Test images in a plane, by their features. */
public final class MapPicture {
  private static final int MOST = 1000;

  private MapPicture() {}

  /** Of at most a thousand test images, spread evenly over the set. */
  public static void write(Path file, LabelledSets sets, Encoder encoder, Pixels pixels) {
    ImageSource test = sets.test().source();
    LabelledSets.Images some = new LabelledSets.Images(test, Math.min(MOST, test.size()));
    try (LabelledFeatures features = sets.features(some, encoder::features, pixels)) {
      List<Place> places = FeatureMap.of(features);
      long[] labels = features.labelArray();
      List<Dot> dots =
          IntStream.range(0, places.size())
              .mapToObj(i -> new Dot(places.get(i).x(), places.get(i).y(), (int) labels[i]))
              .toList();
      MapSheet.write(
          file, "%d test images by their features".formatted(dots.size()), dots, test.classNames());
    }
  }
}
