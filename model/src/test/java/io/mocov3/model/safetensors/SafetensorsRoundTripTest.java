package io.mocov3.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.model.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsRoundTripTest {
  @TempDir private Path directory;

  @Test
  void everyTypeAndRankComesBack() {
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    for (DType dtype : DType.values()) {
      tensors.put(dtype + ".scalar", Bytes.counting(dtype));
      tensors.put(dtype + ".empty", Bytes.counting(dtype, 3, 0, 2));
      tensors.put(dtype + ".vector", Bytes.counting(dtype, 5));
      tensors.put(dtype + ".cube", Bytes.counting(dtype, 2, 3, 4));
    }

    expectRoundTrip(tensors, Map.of("format", "pt", "note", "two\nlines"));
  }

  @Test
  void aFileWithoutTensorsComesBack() {
    expectRoundTrip(new LinkedHashMap<>(), Map.of());
  }

  @Test
  void namesOfAnyScriptComeBack() {
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    for (String name : new String[] {"", "a\"b\\c\n", "größe", "\uffee", "𝒳", "名前"}) {
      tensors.put(name, Bytes.counting(DType.F32, 2));
    }

    expectRoundTrip(tensors, Map.of("ключ", "𝒳"));
  }

  @Test
  void aHeaderOfMegabytesComesBack() {
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    for (int i = 0; i < 30_000; i++) {
      tensors.put("a.rather.long.name.of.a.parameter.%d".formatted(i), Bytes.counting(DType.U8, 1));
    }

    expectRoundTrip(tensors, Map.of("long", "x".repeat(25_000_000)));
  }

  @Test
  void theBytesAreThoseOfTheReferenceImplementation() throws IOException {
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("a", Bytes.counting(DType.U8, 3));
    tensors.put("z", Bytes.counting(DType.F32));
    tensors.put("b", Bytes.counting(DType.F32, 1, 1));
    Path file = directory.resolve("a.safetensors");

    long bytes = SafetensorsWriter.write(file, tensors, Map.of());

    String header =
        "{\"b\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
            + "\"z\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]},"
            + "\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}}";
    int padded = (header.length() + 7) / 8 * 8;
    byte[] written = Files.readAllBytes(file);
    assertThat(bytes).isEqualTo(written.length).isEqualTo(8 + padded + 11);
    assertThat(ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN).getLong()).isEqualTo(padded);
    assertThat(new String(written, 8, padded, StandardCharsets.UTF_8).stripTrailing())
        .isEqualTo(header);
  }

  @Test
  void rewritingLeavesWhatIsMappedAlone() {
    Path file = directory.resolve("a.safetensors");
    SafetensorsWriter.write(file, one(Bytes.counting(DType.F64, 1000)), Map.of());

    try (SafetensorsFile open = SafetensorsFile.open(file)) {
      TensorData before = open.get("x");
      SafetensorsWriter.write(file, one(Bytes.counting(DType.U8, 1)), Map.of());

      assertThat(before).isEqualTo(Bytes.counting(DType.F64, 1000));
    }
    assertThat(directory.toFile().list()).containsExactly("a.safetensors");
  }

  @Test
  void aTensorIsReadOnlyLittleEndianAndItsOwn() {
    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(9).putFloat(1).putFloat(2).position(4);
    long[] shape = {2};

    TensorData tensor = new TensorData(DType.F32, shape, bytes);
    shape[0] = 7;
    tensor.shape()[0] = 8;
    tensor.bytes().getFloat();

    assertThat(tensor.shape()).containsExactly(2);
    assertThat(tensor.numel()).isEqualTo(2);
    assertThat(tensor.bytes().getFloat()).isEqualTo(1);
    assertThat(tensor.bytes().isReadOnly()).isTrue();
  }

  @Test
  void aTensorOfAnotherLengthIsRefused() {
    assertThatThrownBy(() -> new TensorData(DType.F32, new long[] {2, 3}, ByteBuffer.allocate(20)))
        .isInstanceOf(ModelException.class)
        .hasMessage("20 bytes given, but F32 [2, 3] takes 24");
  }

  @Test
  void theNameOfTheMetadataIsRefusedAndNothingIsLeftBehind() {
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("__metadata__", Bytes.counting(DType.U8, 1));

    assertThatThrownBy(
            () -> SafetensorsWriter.write(directory.resolve("a.safetensors"), tensors, Map.of()))
        .isInstanceOf(ModelException.class)
        .hasMessage("no tensor may be named __metadata__");
    assertThat(directory).isEmptyDirectory();
  }

  private static SequencedMap<String, TensorData> one(TensorData tensor) {
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("x", tensor);
    return tensors;
  }

  private void expectRoundTrip(
      SequencedMap<String, TensorData> tensors, Map<String, String> metadata) {
    Path path = directory.resolve("a.safetensors");

    SafetensorsWriter.write(path, tensors, metadata);

    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.metadata()).isEqualTo(metadata);
      assertThat(file.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
      if (tensors.size() < 1000) {
        tensors.forEach((name, tensor) -> assertThat(file.get(name)).isEqualTo(tensor));
      } else {
        assertThat(file.get(tensors.lastEntry().getKey()))
            .isEqualTo(tensors.lastEntry().getValue());
      }
    }
  }
}
