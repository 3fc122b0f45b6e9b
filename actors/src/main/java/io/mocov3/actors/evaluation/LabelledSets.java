package io.mocov3.actors.evaluation;

import io.mocov3.actors.views.ReadAhead;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.EvalView;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.evaluation.FeatureParts;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.tensor.Pixels;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Images by which features are judged: those that are learned from and those that are asked about,
 * with the same classes; metrics and files call them by {@code name}.
 */
public record LabelledSets(String name, Images train, Images test, Framing framing) {
  /** The name of {@code data.train} and {@code data.test}. */
  public static final String DEFAULT = "test";

  /** A set, and how many images of it are taken, spread evenly; 0 for all. */
  public record Images(ImageSource source, int most) {

    /** How many that are. */
    public int count() {
      return most == 0 ? source.size() : Math.min(most, source.size());
    }
  }

  /** How images are seen: {@code shortSide} and {@code crop} in pixels, so many in one forward. */
  public record Framing(int shortSide, int crop, int batchSize) {}

  public int classes() {
    return train.source().classNames().size();
  }

  /** The same with all images. */
  public LabelledSets whole() {
    return new LabelledSets(
        name, new Images(train.source(), 0), new Images(test.source(), 0), framing);
  }

  /** The same with no more than {@code references} training images. */
  public LabelledSets with(int references) {
    int images = train.most() == 0 ? references : Math.min(references, train.most());
    return new LabelledSets(name, new Images(train.source(), images), test, framing);
  }

  /** The same with no more than {@code most} images in one forward. */
  public LabelledSets inBatchesOf(int most) {
    int images = Math.min(most, framing.batchSize());
    return new LabelledSets(
        name, train, test, new Framing(framing.shortSide(), framing.crop(), images));
  }

  /** Batches of the evaluation view of images, in order. */
  public ReadAhead read(Images images, Executor workers) {
    return batches(images).read(0, workers);
  }

  private EvalBatches batches(Images images) {
    EvalView view = EvalView.of(framing.shortSide(), framing.crop());
    return new EvalBatches(images.source(), images.count(), view, framing.batchSize());
  }

  /** The images that are looked at, by their ids, in their order. */
  public Stream<String> ids(Images images) {
    return batches(images).samples().mapToObj(images.source()::id);
  }

  /** Features of images, owned by the caller, read by the calling thread. */
  public LabelledFeatures features(Images images, UnaryOperator<Tensor> network, Pixels pixels) {
    return features(
            images,
            pixels,
            x -> Map.of(FeatureKind.POOLED, network.apply(x)),
            Runnable::run,
            Optional.empty(),
            done -> {})
        .get(FeatureKind.POOLED);
  }

  /**
   * Features of several kinds of images, owned by the caller, read by {@code workers}.
   *
   * @param kept where they are kept as they are computed, if so
   */
  public Map<FeatureKind, LabelledFeatures> features(
      Images images,
      Pixels pixels,
      Function<Tensor, Map<FeatureKind, Tensor>> network,
      Executor workers,
      Optional<FeatureParts> kept,
      DoubleConsumer progress) {
    return new FeaturePass(batches(images), pixels, workers, kept).run(network, progress);
  }
}
