package io.mocov3.model.safetensors;

import io.mocov3.model.ModelException;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** The tensors must cover the bytes after the header exactly: no hole, no overlap, no rest. */
final class TensorSpans {
  private TensorSpans() {}

  /** The tensors in the order of their bytes. */
  static SequencedMap<String, TensorEntry> check(
      Collection<TensorEntry> tensors, long dataBytes, Refusal refusal) {
    tensors.forEach(tensor -> checkSpan(tensor, dataBytes, refusal));
    SequencedMap<String, TensorEntry> ordered = new LinkedHashMap<>();
    tensors.stream()
        .sorted(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end))
        .forEach(
            tensor -> {
              long covered = ordered.isEmpty() ? 0 : ordered.lastEntry().getValue().end();
              checkStart(tensor, covered, refusal);
              ordered.put(tensor.name(), tensor);
            });
    long covered = ordered.isEmpty() ? 0 : ordered.lastEntry().getValue().end();
    if (covered != dataBytes) {
      throw refusal.file(
          "%d bytes after the last tensor belong to none".formatted(dataBytes - covered));
    }
    return ordered;
  }

  private static void checkSpan(TensorEntry tensor, long dataBytes, Refusal refusal) {
    String offsets = "data_offsets [%d, %d]".formatted(tensor.begin(), tensor.end());
    if (tensor.begin() > tensor.end()) {
      throw refusal.tensor(tensor.name(), offsets + " end before they begin");
    }
    if (tensor.end() > dataBytes) {
      throw refusal.tensor(
          tensor.name(), offsets + " exceed the %d data bytes of the file".formatted(dataBytes));
    }
    long expected;
    try {
      expected = Shapes.bytes(tensor.dtype(), tensor.shape());
    } catch (ModelException e) {
      throw refusal.tensor(tensor.name(), e.getMessage());
    }
    if (tensor.bytes() != expected) {
      throw refusal.tensor(
          tensor.name(),
          "%s hold %d bytes, but %s %s takes %d"
              .formatted(
                  offsets, tensor.bytes(), tensor.dtype(), Shapes.print(tensor.shape()), expected));
    }
  }

  private static void checkStart(TensorEntry tensor, long covered, Refusal refusal) {
    if (tensor.begin() > covered) {
      throw refusal.tensor(
          tensor.name(),
          "begins at byte %d, but the bytes from %d belong to no tensor"
              .formatted(tensor.begin(), covered));
    }
    if (tensor.begin() < covered) {
      throw refusal.tensor(
          tensor.name(),
          "begins at byte %d and overlaps the tensor before it, which ends at %d"
              .formatted(tensor.begin(), covered));
    }
  }
}
