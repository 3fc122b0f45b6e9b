package io.mocov3.model.finetune;

import io.mocov3.model.ModelException;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Mixup (arXiv 1710.09412), CutMix (1905.04899) and label smoothing as DeiT has them: one draw for
 * a batch, each image is mixed with the one at the same place from the other end.
 *
 * @param mixup of the Beta distribution of the share, 0 for no mixup
 * @param cutmix the same of CutMix; where both are there, each has half of the batches
 * @param smoothing share of the target that all classes divide, at least 0 and below 1
 */
public record Mixing(double mixup, double cutmix, double smoothing) {

  public Mixing {
    if (!(mixup >= 0 && cutmix >= 0 && smoothing >= 0 && smoothing < 1)) {
      throw new ModelException(
          "mixup and cutmix must be at least 0, label-smoothing at least 0 and below 1");
    }
  }

  /** The box of an image that is taken from the other one; columns and rows, the ends not in it. */
  record Box(long top, long bottom, long left, long right) {
    private long area() {
      return (bottom - top) * (right - left);
    }

    private Tensor of(Tensor images) {
      return images.narrow(2, top, bottom - top).narrow(3, left, right - left);
    }
  }

  /** One draw: the share of an image itself; the box if it is cut, or the whole is blended. */
  record Draw(double own, Optional<Box> box) {
    static final Draw NONE = new Draw(1, Optional.empty());

    /** Of images (N, 3, H, W), a new tensor in the caller's scope. */
    Tensor images(Tensor images) {
      if (own == 1) {
        return images;
      }
      Tensor others = images.flip(0);
      if (box.isEmpty()) {
        return images.mul(new Scalar(own)).add_(others.mul(new Scalar(1 - own)));
      }
      Tensor mixed = images.clone();
      box.get().of(mixed).copy_(box.get().of(others));
      return mixed;
    }
  }

  /** What happens to a batch of images of {@code side} pixels. */
  Draw draw(int side, RandomGenerator random) {
    boolean cut = cutmix > 0 && (mixup == 0 || random.nextBoolean());
    double alpha = cut ? cutmix : mixup;
    if (alpha == 0) {
      return Draw.NONE;
    }
    double own = beta(alpha, random);
    if (!cut) {
      return new Draw(own, Optional.empty());
    }
    long half = (long) (side * Math.sqrt(1 - own)) / 2;
    long y = random.nextInt(side);
    long x = random.nextInt(side);
    Box box =
        new Box(
            Math.max(0, y - half),
            Math.min(side, y + half),
            Math.max(0, x - half),
            Math.min(side, x + half));
    return new Draw(1 - box.area() / ((double) side * side), Optional.of(box));
  }

  /** Labels (N) to targets (N, C) that each sum to 1, in the caller's scope. */
  Tensor targets(Tensor labels, int classes, Draw draw, ScalarType type) {
    Tensor own = smoothed(labels, classes, type);
    return draw.own() == 1
        ? own
        : own.mul(new Scalar(draw.own())).add_(own.flip(0).mul(new Scalar(1 - draw.own())));
  }

  private Tensor smoothed(Tensor labels, int classes, ScalarType type) {
    Tensor oneHot = torch.one_hot(labels, classes).to(type);
    return oneHot.mul_(new Scalar(1 - smoothing)).add_(new Scalar(smoothing / classes));
  }

  /** Beta(alpha, alpha), the share of one of two Gamma numbers. */
  private static double beta(double alpha, RandomGenerator random) {
    double x = gamma(alpha, random);
    double y = gamma(alpha, random);
    return x + y > 0 ? x / (x + y) : random.nextBoolean() ? 1 : 0;
  }

  /** Gamma(alpha) by the method of Marsaglia and Tsang (2000); below 1 by way of alpha + 1. */
  private static double gamma(double alpha, RandomGenerator random) {
    if (alpha < 1) {
      return gamma(alpha + 1, random) * Math.pow(random.nextDouble(), 1 / alpha);
    }
    double d = alpha - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = Math.pow(1 + c * x, 3);
      double u = 1 - random.nextDouble();
      if (v > 0 && Math.log(u) < x * x / 2 + d * (1 - v + Math.log(v))) {
        return d * v;
      }
    }
  }
}
