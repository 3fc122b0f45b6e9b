package io.mocov3.model;

import org.bytedeco.pytorch.Tensor;

/** Images (N, 3, H, W), already normalised, to features (N, D). */
interface Backbone {

  Tensor forward(Tensor images);

  static Backbone of(Weights weights, BackboneConfig config, Init init) {
    return switch (config) {
      case VitConfig vit -> new VisionTransformer(weights, vit, init);
      case ResNetConfig resNet -> new ResNet(weights, resNet, init);
    };
  }
}
