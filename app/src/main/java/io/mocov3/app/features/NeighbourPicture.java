package io.mocov3.app.features;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.sheet.NeighbourSheet;
import io.mocov3.augment.sheet.NeighbourSheet.Row;
import io.mocov3.augment.sheet.NeighbourSheet.Tile;
import io.mocov3.augment.sheet.NeighbourSheet.Verdict;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.Pixels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Images beside those that are nearest in feature space. */
public final class NeighbourPicture {
  private static final int NEIGHBOURS = 8;

  private NeighbourPicture() {}

  /** One test image of each class beside its nearest training images. */
  public static void write(Path file, LabelledSets sets, Encoder encoder, Pixels pixels) {
    ImageSource test = sets.test().source();
    int queries = Math.min(test.size(), test.classNames().size());
    try (LabelledFeatures references = sets.features(sets.train(), encoder::features, pixels);
        LabelledFeatures asked =
            sets.features(new LabelledSets.Images(test, queries), encoder::features, pixels);
        KnnClassifier classifier =
            new KnnClassifier(references.blocks(), references.labels(), sets.classes())) {
      long[][] nearest = classifier.nearest(asked.blocks().getFirst(), NEIGHBOURS);
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < asked.size(); i++) {
        List<Integer> found = new ArrayList<>();
        for (long row : nearest[i]) {
          found.add(references.indices().get((int) row));
        }
        rows.add(row(test, asked.indices().get(i), sets.train().source(), found));
      }
      NeighbourSheet.write(
          file, "Test images (left) and their nearest training images, found without labels", rows);
    }
  }

  /** An image of {@code asked} beside some of {@code references}. */
  public static Row row(
      ImageSource asked, int query, ImageSource references, List<Integer> neighbours) {
    String name = name(asked, query);
    boolean labelled = asked.isLabelled() && references.isLabelled();
    List<Tile> tiles = new ArrayList<>();
    for (int index : neighbours) {
      Verdict verdict =
          !labelled
              ? Verdict.NONE
              : name(references, index).equals(name) ? Verdict.RIGHT : Verdict.WRONG;
      tiles.add(tile(references, index, verdict));
    }
    return new Row(tile(asked, query, Verdict.NONE), tiles);
  }

  /** The class, or the end of the id where there is none. */
  private static String name(ImageSource source, int index) {
    if (source.isLabelled()) {
      return source.className(index);
    }
    String id = source.id(index);
    return id.substring(id.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
  }

  private static Tile tile(ImageSource source, int index, Verdict verdict) {
    return switch (source.decode(index)) {
      case Image image -> new Tile(image, name(source, index), verdict);
      case Decoded.Undecodable bad ->
          new Tile(new Image(bad.id(), 1, 1, new byte[3]), name(source, index), verdict);
    };
  }
}
