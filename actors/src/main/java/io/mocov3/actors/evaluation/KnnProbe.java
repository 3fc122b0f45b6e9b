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

/**
 * The kNN probe: test images are classified by their nearest training images in feature space. An
 * image count of 0 takes the whole set; {@code shortSide} and {@code crop} are pixels.
 */
public record KnnProbe(
    ImageSource train,
    ImageSource test,
    int trainImages,
    int testImages,
    int shortSide,
    int crop,
    int batchSize,
    List<Setting> settings) {

  /** How metrics and files name this probe and where its reference features come from. */
  public static final String PROBE = "test";

  public static final String SOURCE = "train-set";

  /** The same with no more than {@code references} training images. */
  public KnnProbe with(int references) {
    int images = trainImages == 0 ? references : Math.min(references, trainImages);
    return new KnnProbe(train, test, images, testImages, shortSide, crop, batchSize, settings);
  }

  /** The same with no more than {@code most} images in one forward. */
  public KnnProbe inBatchesOf(int most) {
    int images = Math.min(most, batchSize);
    return new KnnProbe(train, test, trainImages, testImages, shortSide, crop, images, settings);
  }

  /** Accuracies of backbone features. */
  public List<KnnAccuracy> run(Encoder encoder, Pixels pixels) {
    return run(encoder::features, pixels);
  }

  /** Accuracies of the pixels themselves: what there is to beat. */
  public List<KnnAccuracy> rawPixels(Pixels pixels) {
    return run(LabelledFeatures::rawPixels, pixels);
  }

  private List<KnnAccuracy> run(UnaryOperator<Tensor> network, Pixels pixels) {
    try (LabelledFeatures references = features(train, trainImages, network, pixels);
        LabelledFeatures queries = features(test, testImages, network, pixels);
        KnnClassifier classifier =
            new KnnClassifier(
                references.features(), references.labels(), train.classNames().size())) {
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

  /** Features of one of the sets, owned by the caller. */
  public LabelledFeatures features(
      ImageSource source, int images, UnaryOperator<Tensor> network, Pixels pixels) {
    int count = images == 0 ? source.size() : Math.min(images, source.size());
    return new FeaturePass(EvalView.of(shortSide, crop), crop, batchSize, pixels)
        .over(source, count, network);
  }
}
