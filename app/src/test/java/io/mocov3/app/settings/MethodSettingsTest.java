package io.mocov3.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.model.loss.Sinkhorn;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.MethodConfig.SmallViews;
import io.mocov3.model.nn.HeadConfig;
import org.junit.jupiter.api.Test;

/** The heads and numbers that come with a method, facts 1.2. */
class MethodSettingsTest {
  private static final HeadConfig THREE_LAYERS = new HeadConfig(3, 4096, 256, true, true);

  @Test
  void simClrHasNoPredictorAndBatchNormEverywhere() {
    MethodConfig model = model("method.name=simclr");

    assertThat(model).isEqualTo(MethodConfig.simClr(model.backbone(), THREE_LAYERS, 0.1));
  }

  @Test
  void byolHasNoBatchNormAtItsOutputs() {
    MethodConfig model = model("method.name=byol");

    assertThat(model)
        .isEqualTo(
            MethodConfig.byol(
                model.backbone(),
                new HeadConfig(3, 4096, 256, true, false),
                new HeadConfig(2, 4096, 256, true, false)));
  }

  @Test
  void swavHasNoBatchNormInItsHeads() {
    MethodConfig model = model("method.name=swav");

    assertThat(model)
        .isEqualTo(
            MethodConfig.swav(
                model.backbone(),
                new HeadConfig(2, 2048, 128, false, false),
                3000,
                0.1,
                new Sinkhorn(0.05, 3),
                313,
                SmallViews.NONE));
  }

  @Test
  void theNumbersOfSwavAreRead() {
    MethodConfig model =
        model(
            "method={name=swav,temperature=0.3}",
            "method.swav={prototypes=31,epsilon=0.5,sinkhorn-iterations=5,frozen-updates=9}",
            "method.swav={small-crops=2,small-size=32}");

    assertThat(model)
        .isEqualTo(
            MethodConfig.swav(
                model.backbone(),
                model.projector(),
                31,
                0.3,
                new Sinkhorn(0.5, 5),
                9,
                new SmallViews(2, 32)));
  }

  @Test
  void onAResNetTheNetworkSaysHowDeepHeadsAre() {
    MethodConfig model = model("method.name=simclr", "model.preset=resnet-50");

    assertThat(model.projector()).isEqualTo(new HeadConfig(2, 4096, 256, true, true));
    assertThat(model("method.name=swav", "model.projector.out=64").projector().out()).isEqualTo(64);
  }

  @Test
  void aPredictorWhereThereIsNoneAndNoneWhereThereMustBeOneAreRefused() {
    assertThatThrownBy(() -> model("method.name=simclr", "model.predictor.layers=2"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("method.name = \"simclr\"")
        .hasMessageContaining("or set model.predictor.layers = 0");
    assertThatThrownBy(() -> model("method.name=byol", "model.predictor.layers=0"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("without one BYOL collapses");
  }

  @Test
  void withoutAKeyEncoderThereIsNoMomentum() {
    assertThat(Experiments.set("method.name=simclr").momentum(10).at(3)).isZero();
    assertThat(Experiments.set("method.name=byol").momentum(10).at(3)).isGreaterThan(0.9);
  }

  private static MethodConfig model(String... assignments) {
    return Experiments.set(assignments).model();
  }
}
