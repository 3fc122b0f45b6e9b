package io.mocov3.model.finetune;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.Backbone;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.nn.DropPath;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Linear;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.tensor.NoGrad;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A backbone and a linear classifier on its features, under the names of timm. All of the backbone
 * is trained, a patch projection that pretraining froze included; sincos positions stay.
 */
public final class Classifier implements AutoCloseable {
  private static final double INITIAL_STD = 0.02;

  private final Weights weights;
  private final Backbone backbone;
  private final Linear head;
  private final DropPath path;
  private final String headName;
  private final Precision precision;

  /**
   * @param dropPath rate of stochastic depth, 0 on a ResNet
   * @param role whether it learns or is looked at
   */
  Classifier(
      BackboneConfig shape,
      int classes,
      double dropPath,
      Placement placement,
      EncoderRole role,
      long seed,
      Precision precision) {
    this.precision = precision;
    headName = shape.projectorName();
    path = new DropPath(dropPath);
    try (PointerScope scope = new PointerScope()) {
      Init init = new Init(seed, placement);
      weights = new Weights(placement, role);
      backbone = Backbone.of(weights, unfrozen(shape), init, precision, path);
      weights.enter(Layers.CLASSIFIER);
      head =
          new Linear(
              weights,
              shape.projectorName(),
              init.normal(INITIAL_STD, classes, shape.width()),
              Init.zeros(classes));
    }
  }

  /** What is trained of a backbone: a frozen patch projection is learned from now on. */
  public static BackboneConfig unfrozen(BackboneConfig shape) {
    return shape instanceof VitConfig vit ? vit.unfrozen() : shape;
  }

  Weights weights() {
    return weights;
  }

  /** What the next steps leave out follows from the seed. */
  void begin(long seed) {
    path.begin(seed);
  }

  /** Takes over the backbone of a pretrained encoder; its projector is dropped. */
  void takeBackbone(Weights encoder) {
    Map<String, Tensor> pretrained = encoder.tensors();
    try (NoGrad noGrad = new NoGrad()) {
      weights
          .tensors()
          .forEach(
              (name, tensor) -> {
                if (pretrained.containsKey(name)) {
                  tensor.copy_(pretrained.get(name));
                } else if (!name.startsWith(headName + ".")) {
                  throw new ModelException("the pretrained encoder has no " + name);
                }
              });
    }
  }

  /** Images (N, 3, H, W), normalised, to logits (N, C), in the caller's scope. */
  Tensor logits(Tensor images) {
    try (Autocast autocast = new Autocast(weights.placement(), precision)) {
      return head.forward(backbone.forward(images));
    }
  }

  /** Every tensor under its name, with a prefix. */
  SequencedMap<String, Tensor> tensors(String prefix) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    weights.tensors().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
    return tensors;
  }

  @Override
  public void close() {
    path.close();
    weights.close();
  }
}
