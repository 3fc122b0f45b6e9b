package io.mocov3.model.evaluation;

import io.mocov3.model.ModelException;
import io.mocov3.model.device.Placement;
import io.mocov3.model.nn.Init;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Linear classifiers on frozen features, one for each learning rate, trained at once: SGD with
 * momentum and without decay, cosine to 0 (facts 1.8). N batch, D width, R rates, C classes. Owns
 * its tensors.
 */
public final class LinearClassifiers implements AutoCloseable {
  private static final double MOMENTUM = 0.9;
  private static final double INITIAL_STD = 0.01;
  private static final double EPSILON = 1e-5;
  private static final int CHUNK = 16_384;
  private static final long MOST_BYTES = 64L << 20;

  private final int rates;
  private final int classes;
  private final Tensor weight; // (D, R C)
  private final Tensor bias; // (R C)
  private final Tensor weightMomentum;
  private final Tensor biasMomentum;
  private final Tensor peakRates; // (R C)
  private final Tensor mean; // (D)
  private final Tensor scale; // (D)

  /**
   * @param learningRates the largest rate of each classifier, at the beginning
   */
  public LinearClassifiers(
      long width, int classes, List<Double> learningRates, Placement placement, long seed) {
    if (classes < 2 || learningRates.isEmpty()) {
      throw new ModelException("a linear probe needs at least two classes and one learning rate");
    }
    this.rates = learningRates.size();
    this.classes = classes;
    try (PointerScope scope = new PointerScope();
        NoGrad noGrad = new NoGrad()) {
      Tensor one = new Init(seed, placement).normal(INITIAL_STD, width, classes);
      weight = kept(one.repeat(1, rates), placement); // all begin alike
      bias = kept(Init.zeros((long) rates * classes), placement);
      weightMomentum = kept(torch.zeros_like(weight), placement);
      biasMomentum = kept(torch.zeros_like(bias), placement);
      double[] each =
          learningRates.stream()
              .flatMap(r -> Stream.generate(() -> r).limit(classes))
              .mapToDouble(Double::doubleValue)
              .toArray();
      peakRates = kept(Tensor.create(each), placement);
      mean = kept(Init.zeros(width), placement);
      scale = kept(Init.zeros(width).add(new Scalar(1.0)), placement);
    }
  }

  private static Tensor kept(Tensor tensor, Placement placement) {
    return Tensors.keep(tensor.to(placement.torchDevice(), ScalarType.Float).contiguous());
  }

  /**
   * One step of each classifier.
   *
   * @param features (N, D), frozen
   * @param labels (N) in {@code [0, classes)}
   * @param progress share of all steps that are done, which the rates follow
   */
  public void step(Tensor features, Tensor labels, double progress) {
    try (PointerScope scope = new PointerScope();
        NoGrad noGrad = new NoGrad()) {
      Tensor x = input(features);
      long n = x.size(0);
      Tensor gradient = logits(x).softmax(2); // (N, R, C)
      Tensor truth = labels.to(x.device(), ScalarType.Long).view(n, 1, 1).expand(n, rates, 1);
      gradient.scatter_add_(2, truth, torch.ones_like(gradient.narrow(2, 0, 1)).neg_());
      Tensor flat = gradient.view(n, -1).div_(new Scalar((double) n));
      double factor = (1 + Math.cos(Math.PI * progress)) / 2;
      Tensor steps = peakRates.mul(new Scalar(-factor));
      weightMomentum.mul_(new Scalar(MOMENTUM)).add_(x.t().mm(flat));
      biasMomentum.mul_(new Scalar(MOMENTUM)).add_(flat.sum(0));
      weight.addcmul_(weightMomentum, steps);
      bias.addcmul_(biasMomentum, steps);
    }
  }

  /** All that a training of them goes on with. */
  SequencedMap<String, Tensor> tensors() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("weight", weight);
    tensors.put("bias", bias);
    tensors.put("weight_momentum", weightMomentum);
    tensors.put("bias_momentum", biasMomentum);
    tensors.put("mean", mean);
    tensors.put("scale", scale);
    return tensors;
  }

  /** Number of classifiers. */
  public int size() {
    return rates;
  }

  /**
   * Features (N, D) to the class (N, R) that each classifier takes them for, in the caller's scope.
   */
  Tensor predictions(Tensor features) {
    return logits(input(features)).argmax(new LongOptional(2), false);
  }

  private Tensor logits(Tensor x) {
    return torch.addmm(bias, x, weight).view(x.size(0), rates, classes);
  }

  private Tensor input(Tensor features) {
    return features.to(weight.device(), ScalarType.Float).sub(mean).mul(scale);
  }

  /**
   * From now on features go through a BatchNorm without parameters first (moco-v3#20), with the
   * statistics of {@code rows}: frozen features have the same in every epoch.
   */
  void normalise(LabelledFeatures features, long[] rows) {
    try (PointerScope scope = new PointerScope();
        NoGrad noGrad = new NoGrad()) {
      Tensor sum = torch.zeros_like(mean).to(ScalarType.Double);
      Tensor squares = torch.zeros_like(sum);
      for (int from = 0; from < rows.length; from += CHUNK) {
        long[] now = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + CHUNK));
        try (PointerScope inner = new PointerScope()) {
          Tensor x = features.rows(now).to(weight.device(), ScalarType.Double);
          sum.add_(x.sum(0));
          squares.add_(x.square().sum(0));
        }
      }
      Scalar n = new Scalar((double) rows.length);
      Tensor centre = sum.div(n);
      Tensor variance = squares.div(n).sub(centre.square()).clamp_min(new Scalar(0.0));
      mean.copy_(centre);
      scale.copy_(variance.add(new Scalar(EPSILON)).rsqrt());
    }
  }

  /** Rows whose predictions need no more than {@link #MOST_BYTES}. */
  int rowsAtATime() {
    return Math.clamp(MOST_BYTES / (Float.BYTES * (long) rates * classes), 1, CHUNK);
  }

  @Override
  public void close() {
    for (Tensor tensor :
        List.of(weight, bias, weightMomentum, biasMomentum, peakRates, mean, scale)) {
      tensor.releaseReference();
    }
  }
}
