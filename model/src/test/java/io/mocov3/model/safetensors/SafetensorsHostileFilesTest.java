package io.mocov3.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.mocov3.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsHostileFilesTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @MethodSource
  void hostileFilesAreRefusedInOneLine(byte[] bytes, String message) throws IOException {
    Path file = Bytes.store(directory, bytes);

    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + ": " + message);
  }

  static Stream<Arguments> hostileFilesAreRefusedInOneLine() {
    return Stream.concat(hostileHeads(), Stream.concat(hostileEntries(), hostileLayouts()));
  }

  private static Stream<Arguments> hostileHeads() {
    return Stream.of(
        arguments(
            new byte[0], "header: the file has 0 bytes, fewer than the 8 of the header length"),
        arguments(
            new byte[7], "header: the file has 7 bytes, fewer than the 8 of the header length"),
        arguments(
            Bytes.raw(100_000_001, new byte[0], 0),
            "header: length 100000001 exceeds the limit of 100000000 bytes"),
        arguments(
            Bytes.raw(-1, new byte[0], 0),
            "header: length 18446744073709551615 exceeds the limit of 100000000 bytes"),
        arguments(
            Bytes.raw(3, new byte[2], 0), "header: length 3 exceeds the 2 bytes left in the file"),
        arguments(Bytes.file("", 0), "header: must begin with '{'"),
        arguments(Bytes.file(" {}", 0), "header: must begin with '{'"),
        arguments(Bytes.file("[]", 0), "header: must begin with '{'"),
        arguments(Bytes.file(new byte[] {'{', (byte) 0xff, '}'}, 0), "header: not valid UTF-8"),
        arguments(
            Bytes.file(new byte[] {'{', (byte) 0xc0, (byte) 0x80, '}'}, 0),
            "header: not valid UTF-8"),
        arguments(
            Bytes.file("{'a':1}", 0),
            "header: not JSON: Unexpected character (''' (code 39)): was expecting double-quote"
                + " to start field name"),
        arguments(Bytes.file("{}{}", 0), "header: only spaces may follow the JSON object"),
        arguments(Bytes.file("{}\n", 0), "header: only spaces may follow the JSON object"),
        arguments(
            Bytes.file("{\"__metadata__\":[]}", 0),
            "header: __metadata__ must be an object of strings"),
        arguments(
            Bytes.file("{\"__metadata__\":{\"a\":1}}", 0),
            "header: __metadata__ \"a\" must be a string"),
        arguments(
            Bytes.file("{\"__metadata__\":{\"a\":null}}", 0),
            "header: __metadata__ \"a\" must be a string"),
        arguments(
            Bytes.file("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0),
            "header: __metadata__ \"a\" occurs twice"),
        arguments(
            Bytes.file("{\"__metadata__\":{},\"__metadata__\":{}}", 0),
            "header: __metadata__ occurs twice"));
  }

  private static Stream<Arguments> hostileEntries() {
    return Stream.of(
        entry("1", "must be a JSON object"),
        entry("{\"shape\":[],\"data_offsets\":[0,4]}", "dtype is missing"),
        entry("{\"dtype\":\"F32\",\"data_offsets\":[0,4]}", "shape is missing"),
        entry("{\"dtype\":\"F32\",\"shape\":[]}", "data_offsets is missing"),
        entry("{\"dtype\":\"F32\",\"dtype\":\"F32\"}", "dtype occurs twice"),
        entry("{\"shape\":[],\"shape\":[]}", "shape occurs twice"),
        entry("{\"data_offsets\":[0,4],\"data_offsets\":[0,4]}", "data_offsets occurs twice"),
        entry("{\"extra\":0}", "\"extra\" is none of dtype, shape, data_offsets"),
        entry(
            "{\"dtype\":\"f32\"}",
            "dtype \"f32\" is none of [BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, F64,"
                + " I64, U64]"),
        entry("{\"dtype\":7}", "dtype must be a string"),
        entry("{\"shape\":4}", "shape must be an array of integers"),
        entry("{\"shape\":[1.0]}", "shape must be an array of integers"),
        entry("{\"shape\":[\"1\"]}", "shape must be an array of integers"),
        entry("{\"shape\":[[1]]}", "shape must be an array of integers"),
        entry("{\"shape\":[-1]}", "shape holds the negative number -1"),
        entry("{\"shape\":[18446744073709551616]}", "shape holds a number beyond 64 bits"),
        entry("{\"data_offsets\":[-4,0]}", "data_offsets holds the negative number -4"),
        entry(f32("[]", "[0]"), "data_offsets must be two integers"),
        entry(f32("[]", "[0,4,8]"), "data_offsets must be two integers"),
        entry(f32("[]", "[4,0]"), "data_offsets [4, 0] end before they begin"),
        entry(f32("[2]", "[0,8]"), "data_offsets [0, 8] exceed the 4 data bytes of the file"),
        entry(f32("[2]", "[0,4]"), "data_offsets [0, 4] hold 4 bytes, but F32 [2] takes 8"),
        entry(f32("[0]", "[0,4]"), "data_offsets [0, 4] hold 4 bytes, but F32 [0] takes 0"),
        entry(
            f32("[4294967296,4294967296]", "[0,4]"),
            "shape [4294967296, 4294967296] takes more bytes than a 64-bit number counts"),
        entry(
            f32("[1,1,1,1,1,1,1,1,2]", "[0,4]"),
            "data_offsets [0, 4] hold 4 bytes, but F32 [1, 1, 1, 1, 1, 1, 1, 1, ... 9] takes 8"));
  }

  private static Stream<Arguments> hostileLayouts() {
    String a = "\"a\":" + f32("[]", "[0,4]");
    return Stream.of(
        arguments(Bytes.file("{" + a + "," + a + "}", 4), "tensor \"a\": occurs twice"),
        arguments(
            Bytes.file("{\"b\":" + f32("[]", "[8,12]") + "," + a + "}", 12),
            "tensor \"b\": begins at byte 8, but the bytes from 4 belong to no tensor"),
        arguments(
            Bytes.file("{\"b\":" + f32("[]", "[4,8]") + "}", 8),
            "tensor \"b\": begins at byte 4, but the bytes from 0 belong to no tensor"),
        arguments(
            Bytes.file("{" + a + ",\"b\":" + f32("[]", "[2,6]") + "}", 6),
            "tensor \"b\": begins at byte 2 and overlaps the tensor before it, which ends at 4"),
        arguments(
            Bytes.file("{" + a + ",\"b\":" + f32("[]", "[0,4]") + "}", 4),
            "tensor \"b\": begins at byte 0 and overlaps the tensor before it, which ends at 4"),
        arguments(Bytes.file("{" + a + "}", 7), "3 bytes after the last tensor belong to none"),
        arguments(Bytes.file("{}", 1), "1 bytes after the last tensor belong to none"),
        arguments(
            Bytes.file("{\"two\\nlines\\u2028\":0}", 0),
            "tensor \"two?lines?\": must be a JSON object"));
  }

  @Test
  void deepNestingIsRefused() throws IOException {
    Path file = Bytes.store(directory, Bytes.file("{\"a\":" + "[".repeat(100_000), 0));

    assertThatThrownBy(() -> SafetensorsFile.open(file)).isInstanceOf(ModelException.class);
  }

  @Test
  void theMissingTheDirectoryAndTheUnknownNameAreRefused() throws IOException {
    Path missing = directory.resolve("missing.safetensors");
    Path good = Bytes.store(directory, Bytes.file("{}   ", 0));

    assertThatThrownBy(() -> SafetensorsFile.open(missing))
        .isInstanceOf(ModelException.class)
        .hasMessage(missing + ": no such file");
    assertThatThrownBy(() -> SafetensorsFile.open(directory))
        .isInstanceOf(ModelException.class)
        .hasMessage(directory + ": not a regular file");
    try (SafetensorsFile file = SafetensorsFile.open(good)) {
      assertThat(file.contains("x")).isFalse();
      assertThatThrownBy(() -> file.get("x"))
          .isInstanceOf(ModelException.class)
          .hasMessage(good + ": tensor \"x\": not in this file");
    }
  }

  @Test
  void aRefusedFileIsClosedAgain() throws IOException {
    Path file = Bytes.store(directory, new byte[3]);
    for (int i = 0; i < 20_000; i++) {
      assertThatThrownBy(() -> SafetensorsFile.open(file)).isInstanceOf(ModelException.class);
    }

    Files.delete(file);
  }

  private static Arguments entry(String json, String message) {
    return arguments(Bytes.file("{\"a\":" + json + "}", 4), "tensor \"a\": " + message);
  }

  private static String f32(String shape, String offsets) {
    return "{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":%s}".formatted(shape, offsets);
  }
}
