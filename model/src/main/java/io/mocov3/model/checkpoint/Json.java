package io.mocov3.model.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mocov3.model.ModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * JSON whose numbers read back to the same bits, NaN and infinities included; the same content is
 * the same text, whatever the order of maps.
 */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private Json() {}

  static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new ModelException("cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }

  static <T> T read(Path file, Class<T> type) {
    try {
      return present(file, MAPPER.readValue(file.toFile(), type));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static Map<String, Object> readMap(Path file) {
    try {
      return present(
          file, MAPPER.readValue(file.toFile(), new TypeReference<Map<String, Object>>() {}));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static <T> T present(Path file, T value) {
    if (value == null) {
      throw new ModelException(file + ": holds nothing but null");
    }
    return value;
  }

  private static ModelException unreadable(Path file, IOException e) {
    String reason =
        e instanceof JsonProcessingException json
            ? "not JSON as expected: " + json.getOriginalMessage()
            : e.getMessage();
    return new ModelException(file + ": " + reason.lines().findFirst().orElse(""), e);
  }
}
