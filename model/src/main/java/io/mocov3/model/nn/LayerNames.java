package io.mocov3.model.nn;

import io.mocov3.model.nn.Weights.Entry;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From the names of parameters to the layers that gradients are reported for: {@code
 * patch_projection}, {@code tokens} (class token and learned positions), {@code block_00} and on,
 * {@code final_norm}, {@code projector}, {@code predictor}; of a ResNet the first convolution is
 * {@code stem}.
 */
public final class LayerNames {
  public static final String ALL = "all";
  public static final String PATCH_PROJECTION = "patch_projection";

  private static final String BASE = "base_encoder.";
  private static final Pattern BLOCK = Pattern.compile("(blocks\\.\\d+|layer\\d+\\.\\d+)\\..*");

  private LayerNames() {}

  /** The layer of each parameter; blocks are numbered in the order they come in. */
  public static List<String> of(List<Entry> parameters) {
    List<String> blocks =
        parameters.stream()
            .map(parameter -> block(parameter.name()))
            .filter(Predicate.not(String::isEmpty))
            .distinct()
            .toList();
    return parameters.stream().map(parameter -> layer(parameter.name(), blocks)).toList();
  }

  private static String layer(String name, List<String> blocks) {
    if (name.startsWith("predictor.")) {
      return "predictor";
    }
    String block = block(name);
    if (!block.isEmpty()) {
      return "block_%02d".formatted(blocks.indexOf(block));
    }
    String inner = name.substring(BASE.length());
    return switch (inner.substring(
        0, inner.indexOf('.') < 0 ? inner.length() : inner.indexOf('.'))) {
      case "patch_embed" -> PATCH_PROJECTION;
      case "cls_token", "pos_embed" -> "tokens";
      case "norm" -> "final_norm";
      case "conv1", "bn1" -> "stem";
      default -> "projector";
    };
  }

  private static String block(String name) {
    Matcher matcher = BLOCK.matcher(name.startsWith(BASE) ? name.substring(BASE.length()) : "");
    return matcher.matches() ? matcher.group(1) : "";
  }
}
