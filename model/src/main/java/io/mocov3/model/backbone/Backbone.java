package io.mocov3.model.backbone;

import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Weights;
import org.bytedeco.pytorch.Tensor;

/** Images (N, 3, H, W), already normalised, to features (N, D). */
public interface Backbone {

  Tensor forward(Tensor images);

  static Backbone of(Weights weights, BackboneConfig config, Init init) {
    return switch (config) {
      case VitConfig vit -> new VisionTransformer(weights, vit, init);
      case ResNetConfig resNet -> new ResNet(weights, resNet, init);
    };
  }
}
