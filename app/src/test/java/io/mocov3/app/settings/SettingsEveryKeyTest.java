package io.mocov3.app.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.augment.policy.RandAugment;
import io.mocov3.augment.policy.RandomErasing;
import io.mocov3.augment.shapes.ShapesConfig;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.SourceOptions;
import io.mocov3.augment.view.TwoViews;
import io.mocov3.augment.view.ViewRecipe;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.device.Precision;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.evaluation.LinearEvaluation;
import io.mocov3.model.finetune.FineTuningConfig;
import io.mocov3.model.finetune.Mixing;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.optim.AdamWConfig;
import io.mocov3.model.optim.DecayExclusion;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.stability.DipRule;
import io.mocov3.model.stability.SpikeRule;
import io.mocov3.model.step.EmaOrder;
import io.mocov3.model.step.MemorySaver;
import io.mocov3.model.step.StepConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An experiment that sets every key to something else than its default. */
class SettingsEveryKeyTest {
  private static final String HEAD = "layers = %d, hidden = %d, out = 96";
  private static final String NO_NORMS = ", batch-norm = false, final-batch-norm = false";
  private static final String EXPERIMENT =
      """
      mocov3 {
        run { name = night, directory = out/night, seed = 7, epochs = 2.5, steps = 40 }
        run { log-samples = true, check-memory = false }
        data { train = a/train, test = a/test, format = idx, batch-size = 64, lanes = 4, workers = 5 }
        data { buffers = 4, max-pixels = 1000, max-bad-ratio = 0.03, shuffle-window = 77, retry-for = 90s }
        data { cache = a/cache, shard-cache-gib = 1.5 }
        data.shapes { train-images = 11, test-images = 12, size = 48, seed = 13 }
        augment { mean = [0.1, 0.2, 0.3], std = [0.4, 0.5, 0.6] }
        augment.view-1 {
          crop-scale = [0.1, 0.9], crop-ratio = [0.5, 2], jitter-probability = 0.11
          brightness = 0.12, contrast = 0.13, saturation = 0.14, hue = 0.15
          grayscale-probability = 0.16, blur-probability = 0.17, blur-sigma = [0.2, 3]
          solarize-probability = 0.18, flip-probability = 0.19
        }
        augment.view-2 {
          crop-scale = [0.2, 0.8], crop-ratio = [0.6, 3], jitter-probability = 0.21
          brightness = 0.22, contrast = 0.23, saturation = 0.24, hue = 0.25
          grayscale-probability = 0.26, blur-probability = 0.27, blur-sigma = [0.3, 4]
          solarize-probability = 0.28, flip-probability = 0.29
        }
        model { preset = vit-base, image-size = 48, patch-size = 8, width = 96, depth = 2 }
        model { heads = 4, mlp-ratio = 3, patch-projection = learned }
        model { position-embedding = learned, pooling = mean-no-norm, stem = patch, mlp-norm = batch }
        model { family = vit, init-from = a/weights }
        model.projector { %s }
        model.predictor { %s }
        method { name = moco-v3, temperature = 0.5, momentum = 0.9, momentum-schedule = constant }
        method { ema-order = after-update, memory-saver = false, queue-length = 96 }
        method.swav { prototypes = 31, epsilon = 0.5, sinkhorn-iterations = 5, frozen-updates = 9 }
        method.swav { small-crops = 4, small-size = 24, small-scale = [0.1, 0.3] }
        step.micro-batches = 1
        optimizer { name = adamw, beta1 = 0.8, beta2 = 0.95, epsilon = 1e-6, weight-decay = 0.05 }
        optimizer { decay-exclusion = one-dimensional, momentum = 0.7, trust-coefficient = 0.02 }
        optimizer { lars-form = simclr, patch-projection-clip = 0.3, gradient-clip = 2 }
        schedule { base-learning-rate = 0.01, warmup-epochs = 0.5 }
        precision = bf16, device = "cuda:1", threads = 6
        momentum-encoder.max-staleness = 0
        evaluation.probes = [ { name = pets, train = p/train, test = p/test, format = list } ]
        evaluation.linear { enabled = true, learning-rates = [0.2, 5], epochs = 7 }
        evaluation.linear { batch-size = 33, validation = 0.25, batch-norm = false }
        evaluation.finetune { recipe = pets, epochs = 8, batch-size = 17, base-learning-rate = 0.1 }
        evaluation.finetune { min-learning-rate = 0.2, warmup-epochs = 0.3, weight-decay = 0.4 }
        evaluation.finetune { layer-decay = 0.5, label-smoothing = 0.6, mixup = 0.7, cutmix = 0.9 }
        evaluation.finetune { erasing = 0.11, rand-augment = 1.2, rand-augment-operations = 3 }
        evaluation.finetune { crop-scale = [0.3, 0.9], drop-path = 0.13, average = 0.14 }
        evaluation.finetune { micro-batches = 15, test-every-epochs = 1.6 }
        evaluation.knn { every-epochs = 0.5, every-steps = 9, k = [3, 5], temperature = [0.1] }
        evaluation.knn { train-images = 21, test-images = 22, resize = 56, batch-size = 23 }
        evaluation.live { enabled = false, every-steps = 31, images = 32, queue-length = 333 }
        evaluation.live { max-age-steps = 34, k = [7], temperature = [0.2] }
        evaluation.live.probes = [{ name = other, path = a/other, format = list }]
        stability { policy = rollback, act-on = [spike], max-skips = 41, max-rollbacks = 42 }
        stability { change = learning-rate, factor = 0.25, projection-clip = 0.7 }
        stability.recorded-steps = 43
        stability.spikes { window = 51, threshold = 5.5, smallest-ratio = 2.5, warm-up-steps = 52 }
        stability.spikes { refractory-steps = 53, lag-steps = 54 }
        stability.dips { noise-factor = 6.5, smallest-fall = 0.2, smallest-health-fall = 0.3 }
        stability.dips.settle-points = 61
        stability.drill { layer = block_01, step = 71, steps = 72, factor = 73 }
        distributed { join-timeout = 70s, timeout = 80s }
        checkpoint { every-steps = 10, every = 33s, keep = 2, retry-for = 2h }
        checkpoint { keep-every-steps = 50, keep-best = 4 }
        http { enabled = false, host = "0.0.0.0", port = 0, allowed-hosts = [train.lab] }
        http.token-file = a/tokens
        run { stop-grace = 45s, stuck-after = 1h, lock-timeout = 2m }
        metrics { tensorboard = false, peak-tflops = 989 }
        log { format = json, file = out/night.log }
      }
      """
          .formatted(HEAD.formatted(2, 65) + NO_NORMS, HEAD.formatted(1, 66) + NO_NORMS);

  private final Settings settings = Experiments.of(EXPERIMENT);

  @Test
  void runAndDataAreRead() {
    assertThat(settings.run())
        .isEqualTo(
            new Settings.Run(
                "night",
                Path.of("out/night"),
                7,
                2.5,
                40,
                true,
                false,
                Duration.ofSeconds(45),
                Duration.ofHours(1),
                Duration.ofMinutes(2)));
    assertThat(settings.data())
        .isEqualTo(
            new Settings.Data(
                Optional.of("a/train"),
                List.of(),
                Optional.of("a/test"),
                DataFormat.IDX,
                64,
                4,
                5,
                4,
                0.03,
                Duration.ofSeconds(90),
                new SourceOptions(1000, Path.of("a/cache"), 3L << 29, 77, 1000, 60_000),
                new ShapesConfig(11, 12, 48, 13)));
  }

  @Test
  void augmentIsRead() {
    ViewRecipe first =
        new ViewRecipe(
            new ViewRecipe.Crop(48, 0.1, 0.9, 0.5, 2),
            new ViewRecipe.Jitter(0.11, 0.12, 0.13, 0.14, 0.15),
            0.16,
            new ViewRecipe.Blur(0.17, 0.2, 3),
            0.18,
            0.19);
    ViewRecipe second =
        new ViewRecipe(
            new ViewRecipe.Crop(48, 0.2, 0.8, 0.6, 3),
            new ViewRecipe.Jitter(0.21, 0.22, 0.23, 0.24, 0.25),
            0.26,
            new ViewRecipe.Blur(0.27, 0.3, 4),
            0.28,
            0.29);

    assertThat(settings.views()).isEqualTo(new TwoViews(first, second));
    assertThat(settings.mean()).containsExactly(0.1, 0.2, 0.3);
    assertThat(settings.std()).containsExactly(0.4, 0.5, 0.6);
  }

  @Test
  void modelAndMethodAreRead() {
    VitConfig vit =
        new VitConfig(
            48,
            8,
            96,
            2,
            4,
            3,
            PatchProjectionKind.LEARNED,
            PositionEmbeddingKind.LEARNED,
            Pooling.MEAN_NO_NORM,
            Stem.PATCH,
            MlpNorm.BATCH);

    assertThat(settings.model())
        .isEqualTo(
            new MoCoV3Config(
                vit,
                new HeadConfig(2, 65, 96, false, false),
                Optional.of(new HeadConfig(1, 66, 96, false, false)),
                0.5,
                96));
    assertThat(settings.momentum()).isEqualTo(new Settings.Momentum(0.9, false));
  }

  @Test
  void optimizationIsRead() {
    assertThat(settings.step())
        .isEqualTo(
            new StepConfig(
                new AdamWConfig(0.8, 0.95, 1e-6, 0.05, DecayExclusion.ONE_DIMENSIONAL),
                new GradientClip(0.3, 2),
                EmaOrder.AFTER_UPDATE,
                Precision.BF16,
                1,
                MemorySaver.FALSE));
    assertThat(settings.initFrom()).contains(Path.of("a/weights"));
    assertThat(settings.schedule()).isEqualTo(new Settings.Schedule(0.01, 0.5));
    assertThat(settings.device()).isEqualTo("cuda:1");
    assertThat(settings.threads()).isEqualTo(6);
  }

  @Test
  void probeCheckpointAndHttpAreRead() {
    List<KnnClassifier.Setting> votes =
        List.of(new KnnClassifier.Setting(3, 0.1), new KnnClassifier.Setting(5, 0.1));

    assertThat(settings.probes())
        .containsExactly(new Settings.LabelledPair("pets", "p/train", "p/test", DataFormat.LIST));
    assertThat(settings.linear())
        .isEqualTo(
            new Settings.Linear(
                true, new LinearEvaluation.Options(List.of(0.2, 5.0), 7, 33, 0.25, false, 7)));
    assertThat(settings.finetune())
        .isEqualTo(
            new Settings.FineTune(
                "pets",
                8,
                17,
                0.1,
                0.2,
                0.3,
                new FineTuningConfig(
                    new Mixing(0.7, 0.9, 0.6), 0.13, 0.5, 0.4, 0.14, 15, Precision.BF16),
                Optional.of(new RandAugment(3, 1.2, 0.5)),
                new RandomErasing(0.11),
                List.of(0.3, 0.9),
                1.6));
    assertThat(settings.knn()).isEqualTo(new Settings.Knn(0.5, 9, votes, 21, 22, 56, 23));
    assertThat(settings.checkpoint())
        .isEqualTo(
            new Settings.Checkpoint(
                10, Duration.ofSeconds(33), new Retention(2, 50, 4), Duration.ofHours(2)));
    assertThat(settings.tensorBoard()).isFalse();
    assertThat(settings.peakTflops()).isEqualTo(989);
    assertThat(settings.log())
        .isEqualTo(
            new Settings.Log(Settings.LogFormat.JSON, Optional.of(Path.of("out/night.log"))));
    assertThat(settings.distributed())
        .isEqualTo(new Settings.Distributed(Duration.ofSeconds(70), Duration.ofSeconds(80)));
    assertThat(settings.http())
        .isEqualTo(
            new Settings.Http(
                false, "0.0.0.0", 0, List.of("train.lab"), Optional.of(Path.of("a/tokens"))));
  }

  @Test
  void liveProbeAndStabilityAreRead() {
    assertThat(settings.live())
        .isEqualTo(
            new Settings.Live(
                false,
                31,
                32,
                333,
                34,
                List.of(new KnnClassifier.Setting(7, 0.2)),
                List.of(new Settings.Probe("other", "a/other", DataFormat.LIST))));
    assertThat(settings.stability())
        .isEqualTo(
            new StabilityPlan(
                new SpikeRule(51, 5.5, 2.5, 52, 53, 54),
                new DipRule(6.5, 0.2, 0.3, 61),
                new StabilityPolicy(
                    StabilityPolicy.Action.ROLLBACK,
                    Set.of(IncidentKind.SPIKE),
                    41,
                    42,
                    new StabilityPolicy.Repair(StabilityPolicy.Change.LEARNING_RATE, 0.25, 0.7)),
                43,
                0,
                new StabilityPlan.Drill("block_01", 71, 72, 73)));
  }

  @Test
  void whatIsRenderedReadsBackToTheSame() {
    Settings again = Experiments.of(settings.rendered());

    assertThat(again).isEqualTo(settings);
  }
}
