package io.mocov3.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsMistakesTest {
  @TempDir private Path folder;

  @Test
  void aMisspeltKeyIsNamedWithFileLineAndTheRightSpelling() throws Exception {
    Path file = folder.resolve("night.conf");
    Files.writeString(file, "mocov3 {\n  data {\n    batchsize = 3\n  }\n}\n");

    assertThatThrownBy(() -> Settings.load(file, List.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "data.batchsize (%s: 3) is not a known key; did you mean data.batch-size?"
                .formatted(file));
  }

  @ParameterizedTest
  @CsvSource({
    "run.sed=1, run.seed",
    "optimizer.weight_decay=1, optimizer.weight-decay",
    "data.batch-sise=1, data.batch-size",
    "schedule.warmup=1, schedule.warmup-epochs",
    "augment.view1.hue=0.1, augment.view-1",
    "evaluation.kn.every-steps=1, evaluation.knn",
    "modell.width=8, model",
    "tempurature=0.1, method.temperature"
  })
  void aMisspeltKeyOfTheCommandLineIsNamedToo(String override, String right) {
    assertThatThrownBy(() -> Experiments.set(override))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("(--set " + override + ")")
        .hasMessageEndingWith("did you mean " + right + "?");
  }

  @Test
  void aKeyWithoutTheRootIsToldWhereItBelongs() {
    assertThatThrownBy(() -> Experiments.of("run.seed = 1"))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith("run (")
        .hasMessageEndingWith("is not a known key; did you mean mocov3.run?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run.seed=x | run.seed = \"x\" (--set run.seed=x): must be a whole number of at least 0",
        "run.seed=1.5 | a whole number",
        "run.seed=-1 | at least 0",
        "run.epochs=0 | greater than 0",
        "run.epochs=NaN | run.epochs",
        "run.name= | not empty",
        "run.directory= | not empty",
        "run.log-samples=maybe | true or false",
        "data.batch-size=1 | at least 2",
        "data.batch-size=3000000000 | data.batch-size",
        "data.batch-size=8000 | at most 7133 for views of 224 pixels",
        "data.buffers=0 | at least 1",
        "data.format=folder | one of auto, image-folder, idx, cifar-binary, list, webdataset, shapes",
        "data=3 | data (--set data=3) is a section, not a value",
        "run.seed={a=1} | a whole number",
        "run.seed=[1] | a whole number",
        "stability.policy=rewind | one of observe, skip, rollback, stop",
        "stability.act-on=[dips] | a list of non-finite, spike, dip",
        "stability.factor=1 | less than 1",
        "stability.spikes.window=3 | at least 10",
        "stability.dips.smallest-fall=0 | greater than 0",
        "stability.drill={step=5,layer=block_12} | a trained layer of the backbone",
        "stability.drill={step=5,layer=patch_projection} | a trained layer of the backbone",
        "stability={policy=rollback,change=freeze-projection} | where the patch projection is not",
        "evaluation.live.k=[20000] | at most queue-length (16384)",
        "evaluation.live.probes=[{name=test,path=a}] | another name than test",
        "augment.mean=[1,2] | a list of 3 numbers",
        "augment.std=[0,1,1] | 3 numbers greater than 0",
        "augment.mean=[NaN,1,1] | a list of 3 numbers",
        "augment.view-1.hue=0.6 | between 0.0 and 0.5",
        "augment.view-1.crop-scale=[0.5,0.1] | [smallest, largest]",
        "augment.view-1.crop-scale=[0.5,1.5] | at most 1",
        "augment.view-2.blur-probability=1.1 | between 0.0 and 1.0",
        "model.preset=vit-smal | one of resnet-101, resnet-152",
        "model.image-size=30 | model: image-size 30 is not divisible by patch-size 16",
        "model.width=100 | model: width 100 is not divisible by heads 12",
        "model.predictor.out=128 | model.predictor.out = 128 (--set model.predictor.out=128):"
            + " must be equal to model.projector.out = 256",
        "model.pooling=max | one of cls, mean, mean-no-norm",
        "method.name=simclr | have no predictor (model.predictor.layers = 0): SimCLR has none",
        "method.name=byol | moco-v3 (the only one of this version)",
        "method.temperature=0 | greater than 0",
        "method.momentum=1.1 | between 0.0 and 1.0",
        "optimizer.name=sgd | one of adamw, lars, lamb",
        "optimizer.patch-projection-clip=0.1 | a clip of the patch projection's gradient needs a",
        "optimizer.gradient-clip=-1 | at least 0",
        "optimizer.trust-coefficient=x | optimizer.trust-coefficient",
        "model.stem=conv | set patch-projection = learned",
        "model.family=mlp | one of vit, resnet",
        "model={family=resnet,depth=20} | depth 20 of a resnet is not one of",
        "optimizer.beta1=1 | less than 1",
        "precision=fp16 | one of fp32, tf32, bf16",
        "device=gpu | auto, cpu or cuda:N",
        "threads=-1 | at least 0",
        "momentum-encoder.max-staleness=1 | 0 (the only value of this version)",
        "evaluation.knn.k=[] | a list of whole numbers",
        "evaluation.knn.k=[1.5] | a list of whole numbers",
        "evaluation.knn.k=[0] | at least 1",
        "evaluation.knn.k=20 | a list of whole numbers",
        "evaluation.knn.temperature=[0] | greater than 0",
        "checkpoint.keep=0 | at least 1",
        "http.port=65536 | between 0 and 65535",
        "http.allowed-hosts=[\"http://train.lab:80\"] | a list of host names without scheme and port",
        "run.seed | must be of the form key=value",
        "run.directory=${nowhere} | nowhere"
      })
  void aWrongValueIsOneLineWithKeyValueAndRule(String override, String expected) {
    SettingsException mistake =
        catchThrowableOfType(SettingsException.class, () -> Experiments.set(override));

    assertThat(mistake).isNotNull();
    assertThat(mistake.getMessage()).contains(expected).doesNotContain("\n");
  }

  @Test
  void nullIsAWrongValue() {
    assertThatThrownBy(() -> Experiments.of("mocov3.run.seed = null"))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith("run.seed = null");
  }

  @Test
  void aFileThatIsNoHoconIsOneLineWithItsPlace() throws Exception {
    Path file = folder.resolve("broken.conf");
    Files.writeString(file, "mocov3 {\n  run { seed = \n");

    SettingsException mistake =
        catchThrowableOfType(SettingsException.class, () -> Settings.load(file, List.of()));

    assertThat(mistake.getMessage()).contains("broken.conf").doesNotContain("\n");
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("none.conf");

    assertThatThrownBy(() -> Settings.load(file, List.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("is not a file");
  }
}
