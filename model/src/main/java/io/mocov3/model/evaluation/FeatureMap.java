package io.mocov3.model.evaluation;

import io.mocov3.model.tensor.NoGrad;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Features in a plane, near ones near each other: t-SNE (van der Maaten and Hinton, 2008), exact,
 * on L2-normalised features, beginning with their first two principal components. The same features
 * give the same map. On the CPU, in double precision; takes (N, N) numbers.
 */
public final class FeatureMap {
  private static final double PERPLEXITY = 30;
  private static final int SEARCHES = 60;
  private static final double SMALLEST = 1e-12;
  private static final double EXAGGERATION = 12;
  private static final int EXAGGERATED = 250;
  private static final int ITERATIONS = 750;
  private static final double BEGIN = 1e-4;

  private FeatureMap() {}

  /** A place in the unit square. */
  public record Place(double x, double y) {}

  /** The places of the images, in their order; at least five of them. */
  public static List<Place> of(LabelledFeatures features) {
    try (NoGrad noGrad = new NoGrad()) {
      Tensor all =
          torch
              .cat(new TensorVector(features.blocks().toArray(Tensor[]::new)), 0)
              .cpu()
              .to(ScalarType.Double);
      Tensor x = all.div(rowSums(all.square()).sqrt().clamp_min(tiny()));
      Tensor map = descend(affinities(x), principal(x));
      return places(map);
    }
  }

  /** (N, N), symmetric, sums to 1: each row a Gaussian of the wanted perplexity. */
  private static Tensor affinities(Tensor x) {
    long n = x.size(0);
    Tensor distances = squaredDistances(x);
    double entropy = Math.log(Math.min(PERPLEXITY, (n - 1) / 3.0));
    Tensor precision = torch.ones_like(distances.narrow(1, 0, 1));
    Tensor low = torch.zeros_like(precision);
    Tensor high = torch.zeros_like(precision).add_(new Scalar(Double.POSITIVE_INFINITY));
    for (int i = 0; i < SEARCHES; i++) {
      try (NoGrad noGrad = new NoGrad()) {
        Tensor rows = row(distances, precision);
        Tensor found = rowSums(rows.mul(rows.clamp_min(tiny()).log())).neg();
        Tensor wide = found.gt(new Scalar(entropy)); // needs a larger precision
        low.copy_(torch.where(wide, precision, low));
        high.copy_(torch.where(wide, high, precision));
        Tensor middle = low.add(high).div(new Scalar(2.0));
        Tensor unbounded = high.eq(new Scalar(Double.POSITIVE_INFINITY));
        precision.copy_(torch.where(unbounded, precision.mul(new Scalar(2.0)), middle));
      }
    }
    Tensor rows = row(distances, precision);
    return rows.add(rows.t()).div(new Scalar(2.0 * n)).clamp_min(tiny());
  }

  private static Tensor row(Tensor distances, Tensor precision) {
    Tensor weights = distances.mul(precision).neg_().exp_();
    weights.fill_diagonal_(new Scalar(0.0));
    return weights.div(rowSums(weights).clamp_min(tiny()));
  }

  /** The first two principal components (N, 2), small. */
  private static Tensor principal(Tensor x) {
    Tensor centred = x.sub(x.mean(0));
    Tensor vectors = torch.linalg_eigh(centred.t().mm(centred)).get1();
    Tensor two = centred.mm(vectors.narrow(1, vectors.size(1) - 2, 2));
    double scale = two.std().item_double();
    return two.mul(new Scalar(BEGIN / Math.max(scale, SMALLEST)));
  }

  private static Tensor descend(Tensor wanted, Tensor begin) {
    Tensor map = begin.clone();
    Tensor velocity = torch.zeros_like(map);
    Tensor gains = torch.ones_like(map);
    double rate = Math.max(map.size(0) / EXAGGERATION / 4, 50);
    for (int i = 0; i < ITERATIONS; i++) {
      try (NoGrad noGrad = new NoGrad()) {
        boolean early = i < EXAGGERATED;
        Tensor gradient = gradient(early ? wanted.mul(new Scalar(EXAGGERATION)) : wanted, map);
        Tensor turned = gradient.mul(velocity).lt(new Scalar(0.0));
        Tensor grown = gains.add(new Scalar(0.2));
        gains.copy_(torch.where(turned, grown, gains.mul(new Scalar(0.8))));
        gains.clamp_min_(new Scalar(0.01));
        velocity
            .mul_(new Scalar(early ? 0.5 : 0.8))
            .sub_(gains.mul(gradient).mul_(new Scalar(rate)));
        map.add_(velocity);
      }
    }
    return map;
  }

  /** Of the divergence from the wanted affinities: {@code 4 sum_j (p - q) (y_i - y_j) w_ij}. */
  private static Tensor gradient(Tensor wanted, Tensor map) {
    Tensor weights = squaredDistances(map).add_(new Scalar(1.0)).reciprocal_();
    weights.fill_diagonal_(new Scalar(0.0));
    Tensor has = weights.div(weights.sum());
    Tensor pull = wanted.sub(has).mul_(weights);
    Tensor sums = rowSums(pull);
    return sums.mul(map).sub_(pull.mm(map)).mul_(new Scalar(4.0));
  }

  private static Tensor squaredDistances(Tensor x) {
    Tensor squares = rowSums(x.square());
    return squares
        .add(squares.t())
        .sub_(x.mm(x.t()).mul_(new Scalar(2.0)))
        .clamp_min_(new Scalar(0.0));
  }

  private static List<Place> places(Tensor map) {
    Tensor from = map.sub(map.amin(new long[] {0}, true));
    Tensor unit = from.div(from.amax(new long[] {0}, true).clamp_min(tiny())).contiguous();
    double[] numbers = new double[Math.toIntExact(unit.numel())];
    new DoublePointer(unit.data_ptr()).get(numbers);
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < numbers.length; i += 2) {
      places.add(new Place(numbers[i], numbers[i + 1]));
    }
    return places;
  }

  /** (N, M) to (N, 1). */
  private static Tensor rowSums(Tensor x) {
    return x.sum(new long[] {1}, true, new ScalarTypeOptional());
  }

  private static Scalar tiny() {
    return new Scalar(SMALLEST);
  }
}
