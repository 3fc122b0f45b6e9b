package io.mocov3.model.backbone;

import io.mocov3.model.device.Precision;
import io.mocov3.model.nn.DropPath;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Weights;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Images (N, 3, H, W), already normalised, to features (N, D). */
public interface Backbone {

  Tensor forward(Tensor images);

  /** The kinds of features that this network has. */
  default Set<FeatureKind> kinds() {
    return EnumSet.of(FeatureKind.POOLED);
  }

  /** Images to their features of several kinds at once, in the caller's scope; without a graph. */
  default Map<FeatureKind, Tensor> forward(Tensor images, Set<FeatureKind> kinds) {
    return Map.of(FeatureKind.POOLED, forward(images));
  }

  /** With a residual stream in bf16 if {@code precision} says so. */
  static Backbone of(Weights weights, BackboneConfig config, Init init, Precision precision) {
    return of(weights, config, init, precision, DropPath.NONE);
  }

  /** The same with stochastic depth, which a ResNet has not. */
  static Backbone of(
      Weights weights, BackboneConfig config, Init init, Precision precision, DropPath path) {
    return switch (config) {
      case VitConfig vit -> new VisionTransformer(weights, vit, init, precision, path);
      case ResNetConfig resNet -> new ResNet(weights, resNet, init);
    };
  }
}
