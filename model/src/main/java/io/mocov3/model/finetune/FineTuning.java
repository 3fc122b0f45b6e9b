package io.mocov3.model.finetune;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.checkpoint.PlainTraining;
import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.Forward;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.TorchOps;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Trains a backbone and a classifier with labels: DeiT's recipe (arXiv 2012.12877), which the paper
 * fine-tunes with. What a step draws is a function of the seed and the step. For one thread.
 */
public final class FineTuning implements AutoCloseable {
  private static final String AVERAGE = "average.";

  private final FineTuningConfig config;
  private final int classes;
  private final int side;
  private final long seed;
  private final Placement placement;
  private final Classifier classifier;
  private final Optional<Classifier> average;
  private final LayerRates optimizer;

  /** Which of its two networks is meant: the trained one, or the running average of its weights. */
  public enum Which {
    TRAINED,
    AVERAGE
  }

  /**
   * @param encoder a pretrained encoder of this shape; it stays the caller's
   * @throws ModelException when the recipe does not fit the network
   */
  public FineTuning(
      BackboneConfig shape,
      Weights encoder,
      int classes,
      FineTuningConfig config,
      Placement placement,
      long seed) {
    if (classes < 2) {
      throw new ModelException("fine-tuning needs at least two classes, there is " + classes);
    }
    if (config.dropPath() > 0 && shape instanceof ResNetConfig) {
      throw new ModelException(
          List.of("drop-path"), "a ResNet has no stochastic depth: set drop-path to 0");
    }
    if (config.microBatches() > 1 && shape.couplesSamples()) {
      throw new ModelException(
          List.of("micro-batches"),
          "the BatchNorm of this backbone sees all of a batch: set micro-batches to 1");
    }
    this.config = config;
    this.classes = classes;
    this.seed = seed;
    this.placement = placement;
    side = shape.imageSize();
    config.precision().configure(placement);
    classifier =
        new Classifier(
            shape,
            classes,
            config.dropPath(),
            placement,
            EncoderRole.BASE,
            seed,
            config.precision());
    classifier.takeBackbone(encoder);
    average =
        config.average() == 0
            ? Optional.empty()
            : Optional.of(
                new Classifier(
                    shape,
                    classes,
                    0,
                    placement,
                    EncoderRole.EVALUATION,
                    seed,
                    config.precision()));
    average.ifPresent(network -> network.weights().copyFrom(classifier.weights()));
    optimizer =
        new LayerRates(classifier.weights().trained(), config.weightDecay(), config.layerDecay());
  }

  /** Begins with these tensors, the classifier's included. */
  void begin(Map<String, TensorData> tensors) {
    TensorCodec.copyAll(tensors, classifier.tensors(""));
    average.ifPresent(network -> network.weights().copyFrom(classifier.weights()));
  }

  /** The networks there are. */
  public List<Which> networks() {
    return average.isPresent() ? List.of(Which.TRAINED, Which.AVERAGE) : List.of(Which.TRAINED);
  }

  /**
   * One step.
   *
   * @param images makes (N, 3, H, W), normalised
   * @param labels of the N, in {@code [0, classes)}
   * @return the loss
   * @throws ModelException when the loss is not finite; nothing is updated then
   */
  public double run(Supplier<Tensor> images, long[] labels, long step, double learningRate) {
    RandomGenerator random = random(step);
    Mixing.Draw draw = config.mixing().draw(side, random);
    return run(images, labels, draw, random.nextLong(), learningRate);
  }

  /** What a step draws from; neighbouring steps have nothing in common. */
  RandomGenerator random(long step) {
    return new SplittableRandom(new SplittableRandom(seed).nextLong() + step);
  }

  /** The same with a given draw. */
  double run(
      Supplier<Tensor> images,
      long[] labels,
      Mixing.Draw draw,
      long pathSeed,
      double learningRate) {
    classifier.begin(pathSeed);
    double loss = 0;
    try (PointerScope scope = new PointerScope()) {
      Tensor mixed = draw.images(images.get());
      Tensor targets = config.mixing().targets(onDevice(labels), classes, draw, placement.dtype());
      for (Forward.Rows rows : Forward.rows(labels.length, config.microBatches())) {
        try (PointerScope part = new PointerScope()) {
          Tensor value =
              crossEntropy(
                      classifier.logits(mixed.narrow(0, rows.from(), rows.count())),
                      targets.narrow(0, rows.from(), rows.count()))
                  .div(new Scalar((double) labels.length));
          value.backward();
          loss += value.item_double();
        }
      }
    } finally {
      Autocast.forgetCasts();
    }
    if (!Double.isFinite(loss)) {
      throw new ModelException(
          "the loss of fine-tuning is %s: lower its base-learning-rate".formatted(loss));
    }
    optimizer.step(learningRate);
    follow();
    return loss;
  }

  /** Summed over the images, in full precision: {@code -sum t log softmax(x)}. */
  private static Tensor crossEntropy(Tensor logits, Tensor targets) {
    try (Autocast full = new Autocast(logits.is_cuda(), Precision.FP32)) {
      return logits.to(targets.scalar_type()).log_softmax(1).mul(targets).sum().neg();
    }
  }

  private void follow() {
    if (average.isPresent()) {
      try (NoGrad noGrad = new NoGrad()) {
        TorchOps.foreachLerp(
            List.copyOf(average.get().weights().tensors().values()),
            List.copyOf(classifier.weights().tensors().values()),
            1 - config.average());
      }
    }
  }

  /** How many of the images one of the networks takes for what they are. */
  public long hits(Which network, Supplier<Tensor> images, long[] labels) {
    try (PointerScope scope = new PointerScope()) {
      Tensor taken = logits(network, images.get()).argmax(new LongOptional(1), false);
      return taken.eq(onDevice(labels)).sum().item_long();
    }
  }

  /** Images (N, 3, H, W) to logits (N, C) as evaluation wants them, in the caller's scope. */
  public Tensor logits(Which network, Tensor images) {
    Classifier asked = of(network);
    try (Weights.Evaluation evaluation = asked.weights().evaluation();
        NoGradGuard noGrad = new NoGradGuard()) {
      return asked.logits(images);
    } finally {
      Autocast.forgetCasts();
    }
  }

  private Classifier of(Which network) {
    return network == Which.AVERAGE ? average.orElseThrow() : classifier;
  }

  private Tensor onDevice(long[] labels) {
    return Tensor.create(labels).to(placement.torchDevice(), ScalarType.Long);
  }

  /** Every tensor of one of the networks under the names of timm, copied. */
  public SequencedMap<String, TensorData> tensors(Which network) {
    return TensorCodec.toData(of(network).tensors(""));
  }

  /**
   * What goes on after {@code steps} steps.
   *
   * @param settings what must be the same then; JSON can hold it
   */
  public CheckpointData save(long steps, Map<String, Object> settings) {
    return new CheckpointData(
        TensorCodec.toData(all()),
        TensorCodec.toData(optimizer.state()),
        new PlainTraining(steps, settings).trainer());
  }

  private SequencedMap<String, Tensor> all() {
    SequencedMap<String, Tensor> all = classifier.tensors("");
    average.ifPresent(network -> all.putAll(network.tensors(AVERAGE)));
    return all;
  }

  /**
   * Takes over what {@link #save} gave.
   *
   * @return the number of steps
   * @throws ModelException when it is of another network
   */
  public long restore(Checkpoint checkpoint) {
    long steps = PlainTraining.of(checkpoint).steps();
    try (SafetensorsFile tensors = checkpoint.model();
        SafetensorsFile moments = checkpoint.optimizer()) {
      TensorCodec.copyAll(tensors.all(), all());
      TensorCodec.copyAll(moments.all(), optimizer.state());
    }
    optimizer.restoreSteps(steps);
    return steps;
  }

  @Override
  public void close() {
    optimizer.close();
    average.ifPresent(Classifier::close);
    classifier.close();
  }
}
