package io.mocov3.model.interchange;

import java.util.List;

/** How a file names the tensors of an encoder. */
public enum Layout {
  /** The MoCo v3 reference's, and ours: both encoders with their heads, and the predictor. */
  REFERENCE,
  /** timm's VisionTransformer and ResNet, the latter torchvision's too. */
  TIMM,
  /** The ViTModel of transformers. */
  HUGGINGFACE;

  /** The layout that the names tell, or null. */
  static Layout of(List<String> names) {
    if (names.stream().anyMatch(name -> name.matches("(module\\.)?base_encoder\\..+"))) {
      return REFERENCE;
    }
    if (names.stream().anyMatch(name -> name.endsWith("patch_embeddings.projection.weight"))) {
      return HUGGINGFACE;
    }
    boolean vit = names.stream().anyMatch(name -> name.startsWith("patch_embed.proj."));
    boolean resNet = names.contains("conv1.weight") && names.contains("layer1.0.conv1.weight");
    return vit || resNet ? TIMM : null;
  }
}
