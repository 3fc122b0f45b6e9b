package io.mocov3.actors.evaluation;

import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.EvalView;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.evaluation.KnnClassifier.Setting;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.Pixels;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** The kNN probe: test images are classified by their nearest training images in feature space. */
public record KnnProbe(Images train, Images test, Framing framing, List<Setting> settings) {

  /** A set, and how many images of it are taken, spread evenly; 0 for all. */
  public record Images(ImageSource source, int most) {}

  /** How images are seen: {@code shortSide} and {@code crop} in pixels, so many in one forward. */
  public record Framing(int shortSide, int crop, int batchSize) {}

  /** How metrics and files name this probe and where its reference features come from. */
  public static final String PROBE = "test";

  public static final String SOURCE = "train-set";

  /** The same with no more than {@code references} training images. */
  public KnnProbe with(int references) {
    int images = train.most() == 0 ? references : Math.min(references, train.most());
    return new KnnProbe(new Images(train.source(), images), test, framing, settings);
  }

  /** The same with no more than {@code most} images in one forward. */
  public KnnProbe inBatchesOf(int most) {
    int images = Math.min(most, framing.batchSize());
    return new KnnProbe(
        train, test, new Framing(framing.shortSide(), framing.crop(), images), settings);
  }

  /** Accuracies of backbone features. */
  public List<KnnAccuracy> run(Encoder encoder, Pixels pixels) {
    return run(encoder::features, pixels);
  }

  /** Accuracies of the pixels themselves: what there is to beat. */
  public List<KnnAccuracy> rawPixels(Pixels pixels) {
    return run(LabelledFeatures::rawPixels, pixels);
  }

  /** Accuracies of what {@code network} makes of images: (N, 3, H, W) to (N, D). */
  List<KnnAccuracy> run(UnaryOperator<Tensor> network, Pixels pixels) {
    try (LabelledFeatures references = features(train, network, pixels);
        LabelledFeatures queries = features(test, network, pixels);
        KnnClassifier classifier =
            new KnnClassifier(
                references.features(), references.labels(), train.source().classNames().size())) {
      return classifier
          .accuracies(queries.features(), queries.labels(), settings)
          .entrySet()
          .stream()
          .map(
              entry ->
                  new KnnAccuracy(
                      PROBE,
                      entry.getKey().k(),
                      entry.getKey().temperature(),
                      SOURCE,
                      entry.getValue()))
          .toList();
    }
  }

  /** Features of images, owned by the caller. */
  public LabelledFeatures features(Images images, UnaryOperator<Tensor> network, Pixels pixels) {
    ImageSource source = images.source();
    int count = images.most() == 0 ? source.size() : Math.min(images.most(), source.size());
    EvalView view = EvalView.of(framing.shortSide(), framing.crop());
    return new FeaturePass(view, framing.crop(), framing.batchSize(), pixels)
        .over(source, count, network);
  }
}
