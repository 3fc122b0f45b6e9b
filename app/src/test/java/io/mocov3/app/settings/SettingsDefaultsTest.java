package io.mocov3.app.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.augment.shapes.ShapesConfig;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.SourceOptions;
import io.mocov3.augment.view.TwoViews;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.device.Precision;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.optim.AdamWConfig;
import io.mocov3.model.optim.DecayExclusion;
import io.mocov3.model.optim.LambConfig;
import io.mocov3.model.optim.LarsConfig;
import io.mocov3.model.step.StepConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsDefaultsTest {
  private final Settings settings = Experiments.of("mocov3 {}");

  @Test
  void theRunIsThreeHundredEpochsInItsOwnDirectory() {
    assertThat(settings.run())
        .isEqualTo(
            new Settings.Run(
                "mocov3",
                Path.of("runs/mocov3"),
                0,
                300,
                0,
                false,
                true,
                Duration.ofMinutes(2),
                Duration.ofMinutes(30),
                Duration.ZERO));
    assertThat(settings.checkpoint())
        .isEqualTo(
            new Settings.Checkpoint(
                1000, Duration.ofMinutes(10), Retention.newest(3), Duration.ofMinutes(10)));
    assertThat(settings.distributed())
        .isEqualTo(new Settings.Distributed(Duration.ofMinutes(10), Duration.ofMinutes(30)));
    assertThat(settings.http())
        .isEqualTo(new Settings.Http(true, "127.0.0.1", 9464, List.of(), Optional.empty()));
    assertThat(settings.tensorBoard()).isTrue();
    assertThat(settings.peakTflops()).isZero();
    assertThat(settings.log())
        .isEqualTo(new Settings.Log(Settings.LogFormat.TEXT, Optional.empty()));
    assertThat(settings.step().precision()).isEqualTo(Precision.FP32);
    assertThat(settings.device()).isEqualTo("auto");
    assertThat(settings.threads()).isZero();
  }

  @Test
  void thereIsNoDataAndAWorkerForEachCore() {
    assertThat(settings.data())
        .isEqualTo(
            new Settings.Data(
                Optional.empty(),
                List.of(),
                Optional.empty(),
                DataFormat.AUTO,
                256,
                1,
                Runtime.getRuntime().availableProcessors(),
                3,
                0.1,
                Duration.ofMinutes(10),
                SourceOptions.defaults(),
                ShapesConfig.defaults()));
  }

  @Test
  void theViewsAreThePapers() {
    assertThat(settings.views()).isEqualTo(TwoViews.paper(224));
    assertThat(settings.mean()).containsExactly(0.485, 0.456, 0.406);
    assertThat(settings.std()).containsExactly(0.229, 0.224, 0.225);
  }

  @Test
  void theModelIsThePapersViTSmall() {
    VitConfig small =
        new VitConfig(
            224,
            16,
            384,
            12,
            12,
            4,
            PatchProjectionKind.FROZEN_RANDOM,
            PositionEmbeddingKind.SINCOS,
            Pooling.CLS,
            Stem.PATCH,
            MlpNorm.LAYER);

    assertThat(settings.model())
        .isEqualTo(
            new MoCoV3Config(
                small,
                new HeadConfig(3, 4096, 256, true, true),
                Optional.of(new HeadConfig(2, 4096, 256, true, true)),
                0.2));
  }

  @Test
  void theOptimizationIsThePapers() {
    assertThat(settings.step())
        .isEqualTo(new StepConfig(new AdamWConfig(0.9, 0.999, 1e-8, 0.1, DecayExclusion.NONE)));
    assertThat(settings.schedule()).isEqualTo(new Settings.Schedule(1.5e-4, 40));
    assertThat(settings.momentum()).isEqualTo(new Settings.Momentum(0.99, true));
  }

  @Test
  void theProbeResizesToEightSeventhsOfTheImageSize() {
    assertThat(settings.knn())
        .isEqualTo(
            new Settings.Knn(
                1,
                0,
                List.of(
                    new KnnClassifier.Setting(1, 0.07),
                    new KnnClassifier.Setting(20, 0.07),
                    new KnnClassifier.Setting(200, 0.07)),
                0,
                0,
                256,
                256));
  }

  @Test
  void eachPresetHasItsPublishedSizes() {
    assertThat(backbone("vit-tiny")).containsExactly(16, 192, 12, 3);
    assertThat(backbone("vit-small")).containsExactly(16, 384, 12, 12);
    assertThat(backbone("vit-base")).containsExactly(16, 768, 12, 12);
    assertThat(backbone("vit-large")).containsExactly(16, 1024, 24, 16);
    assertThat(backbone("vit-huge")).containsExactly(14, 1280, 32, 16);
  }

  @Test
  void aResNetBringsItsOwnHeads() {
    Settings resNet = Experiments.of("mocov3 { model.preset = resnet-50, optimizer.name = lars }");

    assertThat(resNet.model())
        .isEqualTo(
            new MoCoV3Config(
                new ResNetConfig(50, 224),
                new HeadConfig(2, 4096, 256, true, true),
                Optional.of(new HeadConfig(2, 4096, 256, true, false)),
                0.2));
    assertThat(resNet.step().optimizer())
        .isEqualTo(new LarsConfig(0.9, 0.001, 1.5e-6, LarsConfig.Form.REFERENCE));
  }

  @Test
  void whatTheExperimentSaysStandsOverThePreset() {
    Settings settings =
        Experiments.of("mocov3.model { preset = vit-base, depth = 3 }", "optimizer.name=lamb");

    assertThat(((VitConfig) settings.model().backbone()).depth()).isEqualTo(3);
    assertThat(((VitConfig) settings.model().backbone()).width()).isEqualTo(768);
    assertThat(settings.step().optimizer())
        .isEqualTo(new LambConfig(0.9, 0.999, 1e-6, 1e-3, DecayExclusion.NONE, 0));
  }

  private static List<Integer> backbone(String preset) {
    VitConfig vit =
        (VitConfig) Experiments.of("mocov3.model.preset = " + preset).model().backbone();
    return List.of(vit.patchSize(), vit.width(), vit.depth(), vit.heads());
  }
}
