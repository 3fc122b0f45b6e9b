package io.mocov3.model.backbone;

import io.mocov3.model.device.Precision;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Weights;
import org.bytedeco.pytorch.Tensor;

/** Images (N, 3, H, W), already normalised, to features (N, D). */
public interface Backbone {

  Tensor forward(Tensor images);

  /** With a residual stream in bf16 if {@code precision} says so. */
  static Backbone of(Weights weights, BackboneConfig config, Init init, Precision precision) {
    return switch (config) {
      case VitConfig vit -> new VisionTransformer(weights, vit, init, precision);
      case ResNetConfig resNet -> new ResNet(weights, resNet, init);
    };
  }
}
