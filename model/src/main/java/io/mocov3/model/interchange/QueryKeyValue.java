package io.mocov3.model.interchange;

import io.mocov3.model.ModelException;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Between one qkv tensor (3 D, ...) and its thirds. */
final class QueryKeyValue {
  private static final List<String> SHORT = List.of("q_proj", "k_proj", "v_proj");

  private QueryKeyValue() {}

  /** The thirds of {@code qkv}, views of it. */
  static List<TensorData> split(TensorData qkv) {
    long[] shape = qkv.shape();
    shape[0] /= 3;
    List<TensorData> parts = new ArrayList<>();
    int length = qkv.bytes().remaining() / 3;
    for (int i = 0; i < 3; i++) {
      parts.add(new TensorData(qkv.dtype(), shape, qkv.bytes().slice(i * length, length)));
    }
    return parts;
  }

  /** All three, found by the name of one of them. */
  static TensorData join(Path path, SafetensorsFile file, String name, String part) {
    List<String> spelling = name.contains("_proj.") ? SHORT : HuggingFaceNames.QUERY_KEY_VALUE;
    String own = name.contains("_proj.") ? part.charAt(0) + "_proj" : part;
    List<TensorData> parts = new ArrayList<>();
    for (String other : spelling) {
      String sibling = name.replace("." + own + ".", "." + other + ".");
      if (!file.contains(sibling)) {
        throw new ModelException(path + ": tensor " + sibling + " is missing");
      }
      parts.add(file.get(sibling));
    }
    TensorData first = parts.getFirst();
    for (TensorData other : parts) {
      if (other.dtype() != first.dtype()
          || !java.util.Arrays.equals(other.shape(), first.shape())) {
        throw new ModelException(
            "%s: query, key and value beside %s differ in shape: %s".formatted(path, name, parts));
      }
    }
    if (first.shape().length == 0 || first.bytes().remaining() > Integer.MAX_VALUE / 3) {
      throw new ModelException(
          "%s: tensor %s, %s, cannot be a third of an attention layer"
              .formatted(path, name, first));
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect(3 * first.bytes().remaining());
    parts.forEach(tensor -> bytes.put(tensor.bytes()));
    long[] shape = first.shape();
    shape[0] *= 3;
    return new TensorData(first.dtype(), shape, bytes.flip());
  }
}
