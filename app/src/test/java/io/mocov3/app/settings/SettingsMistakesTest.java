package io.mocov3.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mocov3.app.conf.SettingsException;
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
    "augment.view1.hue=0.1, augment.view-1.hue",
    "evaluation.kn.every-steps=1, evaluation.knn.every-steps",
    "modell.width=8, model.width",
    "optimiser.name=lars, optimizer.name",
    "http.prot=1, http.port",
    "batchsize=1, data.batch-size",
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
        .hasMessageStartingWith("run.seed (")
        .hasMessageEndingWith("is not a known key; did you mean mocov3.run.seed?");
  }

  @ParameterizedTest
  @CsvSource({
    "foo=1, 'mocov3 has augment, checkpoint, data, device, distributed, evaluation, http, log,'",
    "http.protocol=1, 'http has allowed-hosts, enabled, host, port'",
    "evaluation.knn.neighbours=1, 'evaluation.knn has batch-size, every-epochs,'"
  })
  void aKeyThatIsLikeNoOtherIsToldWhatThereIs(String override, String known) {
    assertThatThrownBy(() -> Experiments.set(override))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("is not a known key; " + known);
  }

  @Test
  void aSectionOfSeveralKeysIsNamedAsASection() {
    assertThatThrownBy(() -> Experiments.of("mocov3.optimiser { name = lars, momentum = 0 }"))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith("optimiser (")
        .hasMessageEndingWith("did you mean optimizer?");
  }

  @Test
  void theFirstMistakeOfAFileIsToldFirst() {
    assertThatThrownBy(() -> Experiments.of("mocov3 {\n zzz = 1\n run.sed = 1\n aaa = 1\n}"))
        .hasMessageStartingWith("zzz (");
  }

  @Test
  void theVariantsOfAStudyAreNotTrained() {
    assertThatThrownBy(() -> Experiments.of("mocov3 {}, variants { a { run.seed = 1 } }"))
        .isInstanceOf(SettingsException.class)
        .hasMessageEndingWith("variants are trained by sweep");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      value = {
        "~~ | --set \"\": must be of the form key=value",
        "=x | --set =x: must be of the form key=value",
        "a..b=1 | \"a..b\" is no key",
        "a.=1 | \"a.\" is no key",
        ".=1 | \".\" is no key",
        "a b=1 | \"a b\" is no key",
        "\"=1 | is no key",
        "${x}=1 | \"${x}\" is no key",
        "run={ | --set run={: 1: expecting",
        "run.name=a${b | --set run.name=a${b: 1: ",
        "mocov3=3 | mocov3 (--set mocov3=3) is a section, not a value",
        "model=3 | model (--set model=3) is a section, not a value"
      })
  void anOverrideThatIsNoneIsOneLine(String override, String expected) {
    SettingsException mistake =
        catchThrowableOfType(SettingsException.class, () -> Experiments.set(override));

    assertThat(mistake).isNotNull();
    assertThat(mistake.getMessage()).contains(expected).doesNotContain("\n");
  }

  @Test
  void aWholeExperimentMayBeSetAtOnce() {
    assertThat(Experiments.set("mocov3={run={seed=2}}").run().seed()).isEqualTo(2);
  }

  @Test
  void nestingWithoutEndIsOneLine() {
    String deep = "a=".repeat(1) + "[".repeat(100_000);

    assertThatThrownBy(() -> Experiments.of("mocov3." + deep))
        .isInstanceOf(SettingsException.class)
        .hasMessageEndingWith("nested too deeply");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run.seed=x | run.seed = \"x\" (--set run.seed=x): must be a whole number between 0 and"
            + " 9223372036854775807",
        "run.seed=1.5 | a whole number",
        "run.seed=-1 | between 0 and",
        "run.epochs=0 | greater than 0",
        "run.epochs=NaN | run.epochs",
        "run.name= | not empty",
        "run.name=[a] | must be text",
        "run.name=\"a\\u0000b\" | text without control characters",
        "run.directory=\"a\\u0000b\" | a path without the character NUL",
        "data.train=\"a\\u0000b\" | data.train = \"a\\u0000b\"",
        "data.test=\"a\\u0000b\" | a path without the character NUL",
        "data.cache=\"a\\u0000b\" | a path without the character NUL",
        "data.mix=[{path=\"a\\u0000b\"}] | data.mix[0].path = \"a\\u0000b\"",
        "data.train=\"  \" | a path that is not blank",
        "model.init-from=\"a\\u0000b\" | model.init-from = \"a\\u0000b\"",
        "model.preset=[vit-small] | must be text",
        "http.host= | not empty",
        "run.directory= | not empty",
        "run.log-samples=maybe | true or false",
        "data.batch-size=1 | between 2 and 1000000",
        "data.batch-size=3000000000 | data.batch-size",
        "data.batch-size=8000 | at most 7133 for views of 224 pixels",
        "data.lanes=3 | a divisor of data.batch-size (256)",
        "data.buffers=0 | between 1 and 1024",
        "data.format=folders | one of auto, folder, image-folder, idx, cifar-binary, list,"
            + " webdataset, shapes",
        "evaluation.probes=[{name=test,train=a,test=b}] | another name than test",
        "evaluation.probes=[{name=a,train=a,test=b},{name=a,train=c,test=d}] | different names",
        "data=3 | data (--set data=3) is a section, not a value",
        "run.seed={a=1} | a whole number",
        "run.seed=[1] | a whole number",
        "stability.policy=rewind | one of observe, skip, rollback, stop",
        "stability.act-on=[dips] | a list of non-finite, spike, dip",
        "stability.factor=1 | less than 1",
        "stability.spikes.window=3 | between 10 and 100000",
        "stability.dips.smallest-fall=0 | greater than 0",
        "stability.drill={step=5,layer=block_12} | a trained layer of the backbone",
        "stability.drill={step=5,layer=patch_projection} | a trained layer of the backbone",
        "stability={policy=rollback,change=freeze-projection} | where the patch projection is not",
        "evaluation.live.k=[20000] | at most queue-length (16384)",
        "evaluation.live.probes=[3] | a list of sections",
        "evaluation.live.images=20000 | at most 14266 for views of 224 pixels",
        "evaluation.knn.batch-size=20000 | at most 14266 for views of 224 pixels",
        "evaluation.live.probes=[{name=test,path=a}] | another name than test",
        "augment.mean=[1,2] | a list of 3 numbers",
        "augment.std=[0,1,1] | a list of 3 numbers between 0.001 and 10",
        "augment.mean=[NaN,1,1] | a list of 3 numbers",
        "augment.view-1.hue=0.6 | between 0 and 0.5",
        "augment.view-1.crop-scale=[0.5,0.1] | [smallest, largest]",
        "augment.view-1.crop-scale=[0.5,1.5] | both greater than 0 and at most 1",
        "augment.view-2.blur-probability=1.1 | between 0 and 1",
        "model.preset=vit-smal | one of resnet-101, resnet-152",
        "model.image-size=30 | model.image-size = 30 (--set model.image-size=30): image-size 30 is"
            + " not divisible by patch-size 16",
        "model.heads=7 | model.heads = 7 (--set model.heads=7): width 384 is not divisible by heads"
            + " 7",
        "model.width=100 | model.width = 100 (--set model.width=100): width 100 is not divisible by"
            + " heads 12",
        "model.predictor.out=128 | model.predictor.out = 128 (--set model.predictor.out=128):"
            + " must be equal to model.projector.out = 256",
        "model.projector.hidden=65536 | model.projector.hidden = 65536 (--set"
            + " model.projector.hidden=65536): a head's hidden layer of 65536 x 65536 has more than"
            + " 2 GiB",
        "model={width=12288,heads=16,mlp-ratio=8} | (--set"
            + " model={width=12288,heads=16,mlp-ratio=8}: 1): an MLP's layer",
        "evaluation.live.probes=[{name=\"a\\nb\",path=x}] | text without control characters",
        "model.pooling=max | one of cls, mean, mean-no-norm",
        "method.name=dino | one of moco-v3, simclr, byol, swav",
        "method={name=byol,queue-length=64} | 0 with method.name = byol: only moco-v3 has a queue",
        "method.temperature=0 | between 0.001 and 100",
        "method.momentum=1.1 | between 0 and 1",
        "optimizer.name=sgd | one of adamw, stable-adamw, lars, lamb",
        "optimizer.patch-projection-clip=0.1 | (--set optimizer.patch-projection-clip=0.1): a clip"
            + " of the patch projection's gradient needs a",
        "optimizer.gradient-clip=-1 | between 0 and 1000000000",
        "optimizer.trust-coefficient=x | optimizer.trust-coefficient",
        "model.stem=conv | set patch-projection = learned",
        "model.family=mlp | one of vit, resnet",
        "model={family=resnet,depth=20} | depth 20 of a resnet is not one of",
        "optimizer.beta1=1 | less than 1",
        "precision=fp16 | one of fp32, tf32, bf16",
        "device=gpu | auto, cpu or cuda:N",
        "threads=-1 | between 0 and 1024",
        "momentum-encoder.max-staleness=1 | 0 (the only value of this version)",
        "evaluation.knn.k=[] | a list of whole numbers",
        "evaluation.knn.k=[1.5] | a list of whole numbers",
        "evaluation.knn.k=[0] | between 1 and 1000000",
        "evaluation.knn.k=20 | a list of whole numbers",
        "evaluation.knn.temperature=[0] | between 0.001 and 100",
        "checkpoint.keep=0 | between 1 and 1000000",
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

  @Test
  void whatIsKeptForGoodMustBeWritten() {
    assertThatThrownBy(() -> Experiments.set("checkpoint={every-steps=1000,keep-every-steps=2500}"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("checkpoint.keep-every-steps")
        .hasMessageEndingWith("must be 0, or a multiple of checkpoint.every-steps (1000)");
  }

  @Test
  void thereIsNoBestWithoutProbes() {
    assertThatThrownBy(
            () ->
                Experiments.of(
                    "mocov3 { evaluation.knn.every-epochs = 0, checkpoint.keep-best = 1 }"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("checkpoint.keep-best")
        .hasMessageContaining("must be 0 where there is no full probe");
  }
}
