package io.mocov3.model.evaluation;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.checkpoint.PlainTraining;
import io.mocov3.model.device.Placement;
import io.mocov3.model.evaluation.LinearEvaluation.Candidate;
import io.mocov3.model.evaluation.LinearEvaluation.Options;
import io.mocov3.model.evaluation.LinearEvaluation.Result;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.tensor.TensorCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The linear probe of the reference: features are computed anew of other views in each epoch. Of
 * each setting two classifiers learn from the same pass: one without the images that choose, by
 * which the setting is chosen, and one from all, which alone meets the test images. Owns them.
 */
public final class AugmentedLinearEvaluation implements AutoCloseable {
  private final Options options;
  private final Placement placement;
  private final Map<FeatureKind, Twins> classifiers = new EnumMap<>(FeatureKind.class);
  private final long[] chooses;
  private final Set<Integer> held = new HashSet<>();

  /** One classifier for each rate, twice. */
  private record Twins(LinearClassifiers some, LinearClassifiers all) {}

  /**
   * @param train features of all training images as evaluation sees them, for the BatchNorm and to
   *     choose by; they stay the caller's
   * @param batch images of a step
   * @throws ModelException when there are too few training images
   */
  public AugmentedLinearEvaluation(
      Options options,
      Map<FeatureKind, LabelledFeatures> train,
      int classes,
      int batch,
      Placement placement) {
    this.options = options;
    this.placement = placement;
    LabelledFeatures any = train.values().iterator().next();
    HeldOut split = HeldOut.of(any.labelArray(), options);
    chooses = split.chooses();
    Arrays.stream(chooses).forEach(row -> held.add(any.indices().get((int) row)));
    List<Double> rates = options.rates(batch);
    long[] every = LinearEvaluation.identity(any.size());
    train.forEach(
        (kind, features) ->
            classifiers.put(
                kind,
                new Twins(
                    classifiers(features, classes, rates, split.learns()),
                    classifiers(features, classes, rates, every))));
  }

  private LinearClassifiers classifiers(
      LabelledFeatures features, int classes, List<Double> rates, long[] rows) {
    LinearClassifiers made =
        new LinearClassifiers(features.width(), classes, rates, placement, options.seed());
    if (options.normalised()) {
      made.normalise(features, rows);
    }
    return made;
  }

  /**
   * One step of all classifiers.
   *
   * @param images makes (N, 3, H, W), normalised
   * @param samples which images of the set they are
   * @param labels of the N
   * @param progress share of all steps that are done
   */
  public void step(
      Supplier<Tensor> images,
      Function<Tensor, Map<FeatureKind, Tensor>> network,
      int[] samples,
      long[] labels,
      double progress) {
    long[] learn =
        IntStream.range(0, samples.length)
            .filter(i -> !held.contains(samples[i]))
            .asLongStream()
            .toArray();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor truth = Tensor.create(labels);
      network
          .apply(images.get())
          .forEach(
              (kind, features) -> {
                Twins twins = classifiers.get(kind);
                twins.all().step(features, truth, progress);
                if (learn.length > 0) {
                  Tensor rows = Tensor.create(learn);
                  twins
                      .some()
                      .step(
                          features.index_select(0, rows.to(features.device(), rows.scalar_type())),
                          truth.index_select(0, rows),
                          progress);
                }
              });
    }
  }

  /** Chooses and tests; {@code train} as at the beginning. */
  public Result result(
      Map<FeatureKind, LabelledFeatures> train, Map<FeatureKind, LabelledFeatures> test) {
    List<Candidate> candidates = new ArrayList<>();
    classifiers.forEach(
        (kind, twins) ->
            candidates.addAll(
                options.candidates(
                    kind, LinearEvaluation.accuracies(twins.some(), train.get(kind), chooses))));
    Candidate chosen = LinearEvaluation.chosen(candidates);
    LabelledFeatures unseen = test.get(chosen.features());
    double[] accuracies =
        LinearEvaluation.accuracies(
            classifiers.get(chosen.features()).all(),
            unseen,
            LinearEvaluation.identity(unseen.size()));
    int rate = options.learningRates().indexOf(chosen.learningRate());
    return new Result(candidates, chosen, accuracies[rate]);
  }

  private SequencedMap<String, Tensor> tensors() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    classifiers.forEach(
        (kind, twins) -> {
          twins.some().tensors().forEach((n, t) -> tensors.put(kind.label() + ".some." + n, t));
          twins.all().tensors().forEach((n, t) -> tensors.put(kind.label() + ".all." + n, t));
        });
    return tensors;
  }

  /** What goes on after {@code steps} steps with the same settings. */
  public CheckpointData save(long steps, Map<String, Object> settings) {
    return new CheckpointData(
        TensorCodec.toData(tensors()),
        new LinkedHashMap<>(),
        new PlainTraining(steps, settings).trainer());
  }

  /**
   * Takes over what {@link #save} gave.
   *
   * @return the number of steps
   */
  public long restore(Checkpoint checkpoint) {
    try (SafetensorsFile file = checkpoint.model()) {
      TensorCodec.copyAll(file.all(), tensors());
    }
    return PlainTraining.of(checkpoint).steps();
  }

  @Override
  public void close() {
    classifiers
        .values()
        .forEach(
            twins -> {
              twins.some().close();
              twins.all().close();
            });
  }
}
