package io.mocov3.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.ModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class SafetensorsRandomBytesTest {
  private static Path directory;

  @BeforeContainer
  static void createDirectory() throws IOException {
    directory = Files.createTempDirectory("safetensors");
  }

  @AfterContainer
  static void deleteDirectory() throws IOException {
    Files.deleteIfExists(directory.resolve("hostile.safetensors"));
    Files.delete(directory);
  }

  @Property
  void randomBytesAreReadOrRefused(@ForAll byte[] bytes) throws IOException {
    expectReadOrRefused(bytes);
  }

  @Property
  void randomHeadersAreReadOrRefused(@ForAll("pieces") List<String> pieces) throws IOException {
    byte[] header = ("{" + String.join("", pieces)).getBytes(StandardCharsets.UTF_8);

    expectReadOrRefused(Bytes.file(header, 8));
  }

  @Property
  void aChangedByteIsReadOrRefused(
      @ForAll @IntRange(max = 1_000_000) int position, @ForAll byte value) throws IOException {
    byte[] bytes = valid();
    bytes[position % bytes.length] = value;

    expectReadOrRefused(bytes);
  }

  @Property
  void aShortenedFileIsRefused(@ForAll @IntRange(max = 1_000_000) int length) throws IOException {
    byte[] bytes = valid();

    assertThat(expectReadOrRefused(Arrays.copyOf(bytes, length % bytes.length))).isFalse();
  }

  @Provide
  Arbitrary<List<String>> pieces() {
    return Arbitraries.of(
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
            "\u0000")
        .list()
        .ofMaxSize(12);
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
