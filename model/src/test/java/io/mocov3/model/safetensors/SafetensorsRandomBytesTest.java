package io.mocov3.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.ModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsRandomBytesTest {
  private static final int CASES = 1000;
  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "0",
          "8",
          "-1",
          "1e9",
          "\"a\"",
          "\"__metadata__\"",
          "\"dtype\":",
          "\"F64\"",
          "\"shape\":",
          "\"data_offsets\":",
          "[0,8]",
          "[]",
          "null",
          "\"a\":{",
          "\"dtype\":\"U8\",",
          "\"shape\":[8],",
          "\"data_offsets\":[0,8]}",
          " ",
          "\\",
          "\"",
          "9223372036854775807",
          "\u0000");

  @TempDir static Path directory;

  static IntStream seeds() {
    return IntStream.range(0, CASES);
  }

  static IntStream lengths() throws IOException {
    return IntStream.range(0, valid().length);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void randomBytesAreReadOrRefused(int seed) throws IOException {
    RandomGenerator random = new SplittableRandom(seed);
    byte[] bytes = new byte[random.nextInt(256)];
    random.nextBytes(bytes);
    if (bytes.length > 8 && random.nextBoolean()) {
      // a header's length that may be true
      Arrays.fill(bytes, 1, 8, (byte) 0);
    }

    expectReadOrRefused(bytes);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void randomHeadersAreReadOrRefused(int seed) throws IOException {
    RandomGenerator random = new SplittableRandom(seed);
    StringBuilder header = new StringBuilder("{");
    random
        .ints(random.nextInt(13), 0, PIECES.size())
        .forEach(piece -> header.append(PIECES.get(piece)));

    expectReadOrRefused(Bytes.file(header.toString().getBytes(StandardCharsets.UTF_8), 8));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aChangedByteIsReadOrRefused(int seed) throws IOException {
    RandomGenerator random = new SplittableRandom(seed);
    byte[] bytes = valid();
    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();

    expectReadOrRefused(bytes);
  }

  @ParameterizedTest(name = "length {0}")
  @MethodSource("lengths")
  void aShortenedFileIsRefused(int length) throws IOException {
    assertThat(expectReadOrRefused(Arrays.copyOf(valid(), length))).isFalse();
  }

  private static boolean expectReadOrRefused(byte[] bytes) throws IOException {
    Path path = Bytes.store(directory, bytes);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      file.names().forEach(name -> assertThat(file.get(name).numel()).isNotNegative());
      return true;
    } catch (ModelException e) {
      assertThat(e.getMessage()).startsWith(path + ": ").hasLineCount(1);
      return false;
    }
  }

  private static byte[] valid() throws IOException {
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("weight", Bytes.counting(DType.F32, 2, 3));
    tensors.put("count", Bytes.counting(DType.I64));
    tensors.put("mask", Bytes.counting(DType.BOOL, 5));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafetensorsWriter.write(out, tensors, Map.of("format", "pt"));
    return out.toByteArray();
  }
}
