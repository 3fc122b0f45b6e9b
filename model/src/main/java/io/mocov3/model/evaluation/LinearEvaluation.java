package io.mocov3.model.evaluation;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.device.Placement;
import io.mocov3.model.tensor.NoGrad;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The linear probe of the paper on features that are computed once: classifiers for several kinds
 * of features and rates are trained at once on a part of the training images, the best by the other
 * part is trained again on all of them, and that one alone meets the test images.
 */
public final class LinearEvaluation {
  /** The batch for which a learning rate is told. */
  private static final double RATE_BATCH = 256;

  private final Options options;
  private final Placement placement;

  /**
   * How to train.
   *
   * @param learningRates for a batch of 256, as everywhere
   * @param validation share of the training images that choose
   * @param normalised whether a BatchNorm without parameters goes before the classifier
   */
  public record Options(
      List<Double> learningRates,
      int epochs,
      int batchSize,
      double validation,
      boolean normalised,
      long seed) {
    public Options {
      if (learningRates.isEmpty()
          || learningRates.stream().anyMatch(rate -> !(rate > 0))
          || epochs < 1
          || batchSize < 2
          || !(validation > 0 && validation < 1)) {
        throw new ModelException(
            "a linear probe needs learning rates above 0, an epoch, a batch of 2 and a validation"
                + " share between 0 and 1");
      }
    }

    /** The rates with batches of so many images. */
    List<Double> rates(int batch) {
      return learningRates.stream().map(rate -> rate(rate, batch)).toList();
    }

    private double rate(double learningRate, int batch) {
      return learningRate * batch / RATE_BATCH;
    }

    /** What the classifiers of a kind of features, one for each rate, make of what chooses. */
    List<Candidate> candidates(FeatureKind kind, double[] accuracies) {
      return IntStream.range(0, accuracies.length)
          .mapToObj(i -> new Candidate(kind, learningRates.get(i), accuracies[i]))
          .toList();
    }
  }

  /** A classifier, and its accuracy on the training images that choose. */
  public record Candidate(FeatureKind features, double learningRate, double accuracy) {}

  /** All candidates, the chosen one, and its accuracy on the test images. */
  public record Result(List<Candidate> candidates, Candidate chosen, double accuracy) {
    public Result {
      candidates = List.copyOf(candidates);
    }
  }

  public LinearEvaluation(Options options, Placement placement) {
    this.options = options;
    this.placement = placement;
  }

  /**
   * Trains, chooses and tests; both maps have the same kinds of features, labelled in {@code [0,
   * classes)}, and stay the caller's.
   *
   * @param progress told the share that is done, between 0 and 1; what it throws ends the training
   * @throws ModelException when there are too few training images
   */
  public Result run(
      Map<FeatureKind, LabelledFeatures> train,
      Map<FeatureKind, LabelledFeatures> test,
      int classes,
      DoubleConsumer progress) {
    HeldOut split = HeldOut.of(train.values().iterator().next().labelArray(), options);
    List<Candidate> candidates = new ArrayList<>();
    int rounds = train.size() + 1;
    int round = 0;
    for (Map.Entry<FeatureKind, LabelledFeatures> kind : train.entrySet()) {
      double begun = round++;
      try (LinearClassifiers probe =
          trained(
              kind.getValue(),
              split.learns(),
              options.rates(batch(split.learns())),
              classes,
              share -> progress.accept((begun + share) / rounds))) {
        candidates.addAll(
            options.candidates(kind.getKey(), accuracies(probe, kind.getValue(), split.chooses())));
      }
    }
    Candidate chosen = chosen(candidates);
    LabelledFeatures features = train.get(chosen.features());
    long[] every = identity(features.size());
    try (LinearClassifiers probe =
        trained(
            features,
            every,
            List.of(options.rate(chosen.learningRate(), batch(every))),
            classes,
            share -> progress.accept((rounds - 1 + share) / rounds))) {
      LabelledFeatures unseen = test.get(chosen.features());
      return new Result(candidates, chosen, accuracies(probe, unseen, identity(unseen.size()))[0]);
    }
  }

  /** The best; of equal ones the one with the middle rate. */
  static Candidate chosen(List<Candidate> candidates) {
    double best = candidates.stream().mapToDouble(Candidate::accuracy).max().orElseThrow();
    List<Candidate> equal =
        candidates.stream()
            .filter(candidate -> candidate.accuracy() == best)
            .sorted(Comparator.comparingDouble(Candidate::learningRate))
            .toList();
    return equal.get(equal.size() / 2);
  }

  private LinearClassifiers trained(
      LabelledFeatures features,
      long[] rows,
      List<Double> rates,
      int classes,
      DoubleConsumer progress) {
    LinearClassifiers probe =
        new LinearClassifiers(features.width(), classes, rates, placement, options.seed());
    try {
      train(probe, features, rows, progress);
      return probe;
    } catch (RuntimeException e) {
      probe.close(); // nobody wants to know any more, for one
      throw e;
    }
  }

  private void train(
      LinearClassifiers probe, LabelledFeatures features, long[] rows, DoubleConsumer progress) {
    int batch = batch(rows);
    int perEpoch = rows.length / batch;
    if (options.normalised()) {
      probe.normalise(features, rows);
    }
    for (int epoch = 0; epoch < options.epochs(); epoch++) {
      long[] order = shuffled(rows, options.seed() + 1 + epoch);
      for (int step = 0; step < perEpoch; step++) {
        long[] now = Arrays.copyOfRange(order, step * batch, (step + 1) * batch);
        double done = (epoch + (double) step / perEpoch) / options.epochs();
        try (PointerScope scope = new PointerScope();
            NoGrad noGrad = new NoGrad()) {
          probe.step(features.rows(now), features.labels(now), done);
        }
      }
      progress.accept((epoch + 1.0) / options.epochs());
    }
  }

  private int batch(long[] rows) {
    return Math.min(options.batchSize(), rows.length);
  }

  /** The share of some rows that each classifier of the probe takes for what they are. */
  static double[] accuracies(LinearClassifiers probe, LabelledFeatures features, long[] rows) {
    long[] hits = new long[probe.size()];
    int chunk = probe.rowsAtATime();
    for (int from = 0; from < rows.length; from += chunk) {
      long[] now = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + chunk));
      try (PointerScope scope = new PointerScope();
          NoGrad noGrad = new NoGrad()) {
        Tensor taken = probe.predictions(features.rows(now));
        Tensor truth = features.labels(now).to(taken.device(), taken.scalar_type()).unsqueeze(1);
        Tensor right = taken.eq(truth).sum(0).cpu();
        long[] counts = new long[hits.length];
        new LongPointer(right.data_ptr()).get(counts);
        for (int i = 0; i < hits.length; i++) {
          hits[i] += counts[i];
        }
      }
    }
    return Arrays.stream(hits).mapToDouble(count -> (double) count / rows.length).toArray();
  }

  static long[] identity(int size) {
    return IntStream.range(0, size).asLongStream().toArray();
  }

  static long[] shuffled(long[] rows, long seed) {
    long[] order = rows.clone();
    Random random = new Random(seed);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      long kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
