package io.mocov3.model.interchange;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** timm's names and those of the ViTModel of transformers, which keeps Q, K and V apart. */
final class HuggingFaceNames {
  /** The parts of {@code attn.qkv}, in their order. */
  static final List<String> QUERY_KEY_VALUE = List.of("query", "key", "value");

  private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d+)\\.(.+)\\.(weight|bias)");
  private static final Map<String, String> ROOT = new LinkedHashMap<>();
  private static final Map<String, String> IN_BLOCK = new LinkedHashMap<>();

  static {
    ROOT.put("cls_token", "embeddings.cls_token");
    ROOT.put("pos_embed", "embeddings.position_embeddings");
    ROOT.put("patch_embed.proj.weight", "embeddings.patch_embeddings.projection.weight");
    ROOT.put("patch_embed.proj.bias", "embeddings.patch_embeddings.projection.bias");
    ROOT.put("norm.weight", "layernorm.weight");
    ROOT.put("norm.bias", "layernorm.bias");
    IN_BLOCK.put("norm1", "layernorm_before");
    IN_BLOCK.put("attn.proj", "attention.output.dense");
    IN_BLOCK.put("norm2", "layernorm_after");
    IN_BLOCK.put("mlp.fc1", "intermediate.dense");
    IN_BLOCK.put("mlp.fc2", "output.dense");
  }

  /** What transformers 5 calls its modules in memory, and what its files call them. */
  private static final Map<String, String> IN_MEMORY =
      Map.of(
          "attention.q_proj", "attention.attention.query",
          "attention.k_proj", "attention.attention.key",
          "attention.v_proj", "attention.attention.value",
          "attention.o_proj", "attention.output.dense",
          "mlp.fc1", "intermediate.dense",
          "mlp.fc2", "output.dense");

  private static final Pattern LAYER =
      Pattern.compile("(?:encoder\\.)?layers?\\.(\\d+)\\.(.+)\\.(weight|bias)");

  private HuggingFaceNames() {}

  /** The one name, or the three of a qkv layer. */
  static List<String> of(String timm) {
    if (ROOT.containsKey(timm)) {
      return List.of(ROOT.get(timm));
    }
    Matcher block = BLOCK.matcher(timm);
    if (!block.matches()) {
      return List.of(timm);
    }
    String layer = "encoder.layer." + block.group(1) + ".";
    String end = "." + block.group(3);
    return block.group(2).equals("attn.qkv")
        ? QUERY_KEY_VALUE.stream().map(part -> layer + "attention.attention." + part + end).toList()
        : List.of(layer + IN_BLOCK.getOrDefault(block.group(2), block.group(2)) + end);
  }

  /** The spelling of a saved file, for a name that may come from memory or below a model's head. */
  static String asSaved(String name) {
    String plain = name.startsWith("vit.") ? name.substring("vit.".length()) : name;
    Matcher layer = LAYER.matcher(plain);
    return layer.matches()
        ? "encoder.layer."
            + layer.group(1)
            + "."
            + IN_MEMORY.getOrDefault(layer.group(2), layer.group(2))
            + "."
            + layer.group(3)
        : plain;
  }

  /** The reverse of {@link #of} for what is not a part of a qkv layer. */
  static String toTimm(String saved) {
    for (Map.Entry<String, String> name : ROOT.entrySet()) {
      if (name.getValue().equals(saved)) {
        return name.getKey();
      }
    }
    Matcher layer = LAYER.matcher(saved);
    if (layer.matches()) {
      for (Map.Entry<String, String> name : IN_BLOCK.entrySet()) {
        if (name.getValue().equals(layer.group(2))) {
          return "blocks." + layer.group(1) + "." + name.getKey() + "." + layer.group(3);
        }
      }
    }
    return saved;
  }
}
