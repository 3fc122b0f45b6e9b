package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.distributed.RankProcesses;
import io.mocov3.model.loss.Sinkhorn;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.MethodConfig.SmallViews;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.method.Targets;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.tensor.ViewPair;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of several processes against those of one with the same batch, in float64. */
class GroupStepTest {
  private static final Rates RATES = new Rates(1e-3, 0.9);
  private static final HeadConfig PROJECTOR = new HeadConfig(3, 32, 16, true, true);
  private static final HeadConfig PREDICTOR = new HeadConfig(2, 32, 16, true, true);
  private static final int STEPS = 2;
  private static final int MOST_COMPARED = 500;

  private record Case(String name, MethodConfig method, StepConfig step) {}

  /** A ResNet has 11 million numbers, which is enough for two processes on few cores. */
  private static List<Case> cases(int size) {
    return all().stream()
        .filter(one -> size == 2 || one.method().backbone() instanceof VitConfig)
        .toList();
  }

  private static List<Case> all() {
    StepConfig plain = new StepConfig(Tiny.ADAM_W);
    MethodConfig transformer = moco(vit(MlpNorm.LAYER), 0);
    MethodConfig simClr = MethodConfig.simClr(vit(MlpNorm.LAYER), PROJECTOR, 0.1);
    MethodConfig swav =
        MethodConfig.swav(
            vit(MlpNorm.LAYER), PROJECTOR, 6, 0.1, new Sinkhorn(0.05, 3), 1, SmallViews.NONE);
    return List.of(
        new Case("one term after the other", transformer, plain),
        new Case("both views at once", transformer, plain.withBothViews()),
        new Case("in micro-batches", transformer, plain.inMicroBatches(2)),
        new Case("BatchNorm in the blocks", moco(vit(MlpNorm.BATCH), 0), plain),
        new Case("a queue of keys", moco(vit(MlpNorm.LAYER), 20), plain),
        new Case("SimCLR", simClr, plain),
        new Case("SimCLR in micro-batches", simClr, plain.inMicroBatches(2)),
        new Case("BYOL", MethodConfig.byol(vit(MlpNorm.LAYER), PROJECTOR, PREDICTOR), plain),
        new Case("SwAV", swav, plain),
        new Case("a ResNet", moco(new ResNetConfig(18, 2 * Tiny.IMAGE), 0), plain));
  }

  private static MethodConfig moco(BackboneConfig backbone, int queue) {
    return new MoCoV3Config(backbone, PROJECTOR, Optional.of(PREDICTOR), 0.2, queue);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void areThoseOfOneProcess(int size, @TempDir Path folder) throws IOException {
    List<Path> files = RankProcesses.run(size, Rank.class, folder);
    Map<String, double[]> expected = train(cases(size), Group.alone());

    for (Path file : files) {
      Map<String, double[]> rank = read(file);
      assertThat(rank.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (name, numbers) ->
              assertThat(deviation(rank.get(name), numbers)).as(name).isLessThan(1e-6));
    }
  }

  /** One of the processes; the argument is the file for its numbers. */
  static final class Rank {
    private Rank() {}

    public static void main(String[] arguments) throws IOException {
      Group group = RankProcesses.group();
      write(train(cases(group.size()), group), Path.of(arguments[0]));
      RankProcesses.end();
    }
  }

  private static double deviation(double[] ours, double[] expected) {
    assertThat(ours).hasSameSizeAs(expected);
    return IntStream.range(0, ours.length)
        .mapToDouble(i -> Math.abs(ours[i] - expected[i]))
        .max()
        .orElse(0);
  }

  private static Map<String, double[]> train(List<Case> cases, Group group) {
    Map<String, double[]> all = new LinkedHashMap<>();
    for (Case one : cases) {
      train(one, group).forEach((name, numbers) -> all.put(one.name() + ": " + name, numbers));
    }
    return all;
  }

  /** Of each step loss, keys, features, gradients and their norms, at the end every tensor. */
  private static Map<String, double[]> train(Case one, Group group) {
    Map<String, double[]> seen = new LinkedHashMap<>();
    List<Double> losses = new ArrayList<>();
    try (TrainingStep model = new TrainingStep(one.method(), one.step(), Tiny.DOUBLE, 7, group);
        PointerScope scope = new PointerScope()) {
      for (int step = 0; step < STEPS; step++) {
        losses.add(step(model, part(Tiny.views(step), group), "step " + step + " ", seen));
      }
      model.tensors().forEach((name, tensor) -> seen.put(name, numbers(tensor)));
    }
    seen.put("losses", losses.stream().mapToDouble(Double::doubleValue).toArray());
    return seen;
  }

  private static double step(
      TrainingStep model, ViewPair views, String at, Map<String, double[]> seen) {
    try (Pending pending = model.begin(views, RATES);
        Targets targets = model.targets(pending)) {
      pending.keepEmbeddings();
      targets.keys().ifPresent(keys -> seen.put(at + "keys", numbers(keys.first())));
      model.backward(pending, targets);
      pending.embeddings().forEach(e -> seen.put(at + "features", numbers(e.features())));
      model.trained().forEach(entry -> seen.put(at + entry.name(), numbers(entry.tensor().grad())));
      StepMeasurement measured = model.measure();
      seen.put(
          at + "norms",
          measured.gradients().l2().stream().mapToDouble(Double::doubleValue).toArray());
      model.finish(pending, TrainingStep.Verdict.APPLY);
      return measured.loss();
    }
  }

  /** The norm and some of them. */
  private static double[] numbers(Tensor tensor) {
    double[] all = Tiny.numbers(tensor);
    int stride = Math.ceilDiv(all.length, MOST_COMPARED);
    double norm = Math.sqrt(Arrays.stream(all).map(x -> x * x).sum());
    return DoubleStream.concat(
            DoubleStream.of(norm),
            IntStream.range(0, all.length / stride).mapToDouble(i -> all[i * stride]))
        .toArray();
  }

  /** The rank's part of views in float64. */
  private static ViewPair part(ViewPair whole, Group group) {
    long rows = Tiny.BATCH / group.size();
    long from = group.rank() * rows;
    return new ViewPair(
        whole.first().narrow(0, from, rows).to(ScalarType.Double),
        whole.second().narrow(0, from, rows).to(ScalarType.Double));
  }

  private static VitConfig vit(MlpNorm norm) {
    return new VitConfig(
        Tiny.IMAGE,
        8,
        16,
        2,
        4,
        2,
        PatchProjectionKind.LEARNED,
        PositionEmbeddingKind.SINCOS,
        Pooling.CLS,
        Stem.PATCH,
        norm);
  }

  private static void write(Map<String, double[]> numbers, Path file) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(numbers.size());
      for (Map.Entry<String, double[]> entry : numbers.entrySet()) {
        out.writeUTF(entry.getKey());
        out.writeInt(entry.getValue().length);
        for (double number : entry.getValue()) {
          out.writeDouble(number);
        }
      }
    }
  }

  private static Map<String, double[]> read(Path file) throws IOException {
    Map<String, double[]> numbers = new LinkedHashMap<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        String name = in.readUTF();
        double[] values = new double[in.readInt()];
        for (int k = 0; k < values.length; k++) {
          values[k] = in.readDouble();
        }
        numbers.put(name, values);
      }
    }
    return numbers;
  }
}
