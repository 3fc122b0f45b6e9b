package io.mocov3.app.train;

import io.mocov3.actors.evaluation.KnnProbe;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.sheet.NeighbourSheet;
import io.mocov3.augment.sheet.NeighbourSheet.Row;
import io.mocov3.augment.sheet.NeighbourSheet.Tile;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.Pixels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One test image of each class beside its nearest training images in feature space. */
final class NeighbourPicture {
  private static final int NEIGHBOURS = 8;

  private NeighbourPicture() {}

  static void write(Path file, KnnProbe probe, Encoder encoder, Pixels pixels) {
    int queries = Math.min(probe.test().source().size(), probe.test().source().classNames().size());
    try (LabelledFeatures references = probe.features(probe.train(), encoder::features, pixels);
        LabelledFeatures asked =
            probe.features(
                new KnnProbe.Images(probe.test().source(), queries), encoder::features, pixels);
        KnnClassifier classifier =
            new KnnClassifier(
                references.features(),
                references.labels(),
                probe.train().source().classNames().size())) {
      long[][] nearest = classifier.nearest(asked.features(), NEIGHBOURS);
      NeighbourSheet.write(
          file,
          "Test images (left) and their nearest training images, found without labels",
          rows(probe, references, asked, nearest));
    }
  }

  private static List<Row> rows(
      KnnProbe probe, LabelledFeatures references, LabelledFeatures asked, long[][] nearest) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < asked.indices().size(); i++) {
      int query = asked.indices().get(i);
      int label = probe.test().source().label(query);
      List<Tile> neighbours = new ArrayList<>();
      for (int j = 0; j < NEIGHBOURS; j++) {
        int index = references.indices().get((int) nearest[i][j]);
        neighbours.add(
            tile(probe.train().source(), index, probe.train().source().label(index) == label));
      }
      rows.add(new Row(tile(probe.test().source(), query, true), neighbours));
    }
    return rows;
  }

  private static Tile tile(ImageSource source, int index, boolean correct) {
    String name = source.classNames().get(source.label(index));
    return switch (source.decode(index)) {
      case Image image -> new Tile(image, name, correct);
      case io.mocov3.augment.codec.Decoded.Undecodable bad ->
          new Tile(new Image(bad.id(), 1, 1, new byte[3]), name, correct);
    };
  }
}
