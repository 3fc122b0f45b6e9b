package io.mocov3.model.step;

import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.optim.AdamWConfig;
import io.mocov3.model.optim.DecayExclusion;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.tensor.ViewPair;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A network that a test can train in a moment, views for it, and tensors as Java numbers. */
public final class Tiny {
  static final int BATCH = 16;
  static final int IMAGE = 16;
  public static final AdamWConfig ADAM_W =
      new AdamWConfig(0.9, 0.999, 1e-8, 0.1, DecayExclusion.NONE);
  public static final Placement DOUBLE = new Placement("cpu", ScalarType.Double);

  private Tiny() {}

  public static MoCoV3Config config(PatchProjectionKind projection) {
    return new MoCoV3Config(
        new VitConfig(
            IMAGE,
            8,
            16,
            1,
            4,
            2,
            projection,
            PositionEmbeddingKind.SINCOS,
            Pooling.CLS,
            Stem.PATCH,
            MlpNorm.LAYER),
        new HeadConfig(3, 32, 16, true, true),
        Optional.of(new HeadConfig(2, 32, 16, true, true)),
        0.2);
  }

  public static MoCoV3Config config() {
    return config(PatchProjectionKind.FROZEN_RANDOM);
  }

  public static TrainingStep model(MoCoV3Config config, long seed) {
    return new TrainingStep(config, new StepConfig(ADAM_W), Placement.CPU, seed);
  }

  public static TrainingStep model(long seed) {
    return model(config(), seed);
  }

  /** A plain step with bounds on its gradients. */
  public static StepConfig bounded(GradientClip clip) {
    return new StepConfig(ADAM_W, clip, EmaOrder.BEFORE_KEYS, Precision.FP32, 1, MemorySaver.AUTO);
  }

  /** {@link #views} in float64. */
  public static ViewPair wideViews(long seed) {
    ViewPair narrow = views(seed);
    return new ViewPair(
        narrow.first().to(ScalarType.Double), narrow.second().to(ScalarType.Double));
  }

  /** Two noisy versions of the same random images, (N, 3, H, W) each, in the caller's scope. */
  public static ViewPair views(long seed) {
    Random random = new Random(seed);
    float[] first = new float[BATCH * 3 * IMAGE * IMAGE];
    float[] second = new float[first.length];
    for (int i = 0; i < first.length; i++) {
      float shared = 2 * random.nextFloat() - 1;
      first[i] = shared + random.nextFloat() - 0.5f;
      second[i] = shared + random.nextFloat() - 0.5f;
    }
    return new ViewPair(
        Tensor.create(first, BATCH, 3, IMAGE, IMAGE),
        Tensor.create(second, BATCH, 3, IMAGE, IMAGE));
  }

  /** Numbers between -1 and 1. */
  public static double[] random(long seed, int size) {
    return new Random(seed).doubles(size, -1, 1).toArray();
  }

  /** The numbers of a tensor of any type, row-major. */
  public static double[] numbers(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      Tensor wide = tensor.detach().to(ScalarType.Double).contiguous();
      double[] numbers = new double[Math.toIntExact(wide.numel())];
      new DoublePointer(wide.data_ptr()).get(numbers);
      return numbers;
    }
  }
}
