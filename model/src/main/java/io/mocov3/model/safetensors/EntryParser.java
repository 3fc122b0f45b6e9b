package io.mocov3.model.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mocov3.model.ModelException;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.LongStream;

/** One tensor of the header: exactly {@code dtype}, {@code shape} and {@code data_offsets}. */
final class EntryParser {
  private final JsonParser json;
  private final String name;
  private final Refusal refusal;

  EntryParser(JsonParser json, String name, Refusal refusal) {
    this.json = json;
    this.name = name;
    this.refusal = refusal;
  }

  TensorEntry parse() throws IOException {
    DType dtype = null;
    long[] shape = null;
    long[] offsets = null;
    require(json.nextToken() == JsonToken.START_OBJECT, "must be a JSON object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "dtype" -> {
          require(dtype == null, "dtype occurs twice");
          dtype = readDType();
        }
        case "shape" -> {
          require(shape == null, "shape occurs twice");
          shape = readCounts("shape");
        }
        case "data_offsets" -> {
          require(offsets == null, "data_offsets occurs twice");
          offsets = readCounts("data_offsets");
        }
        default ->
            throw refusal(
                "%s is none of dtype, shape, data_offsets".formatted(Refusal.quote(field)));
      }
    }
    if (dtype == null || shape == null || offsets == null) {
      String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
      throw refusal(missing + " is missing");
    }
    require(offsets.length == 2, "data_offsets must be two integers");
    return new TensorEntry(name, dtype, shape, offsets[0], offsets[1]);
  }

  private DType readDType() throws IOException {
    require(json.currentToken() == JsonToken.VALUE_STRING, "dtype must be a string");
    String text = json.getText();
    try {
      return DType.valueOf(text);
    } catch (IllegalArgumentException e) {
      throw refusal(
          "dtype %s is none of %s".formatted(Refusal.quote(text), Arrays.toString(DType.values())));
    }
  }

  private long[] readCounts(String field) throws IOException {
    String rule = field + " must be an array of integers";
    require(json.currentToken() == JsonToken.START_ARRAY, rule);
    LongStream.Builder counts = LongStream.builder();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      require(json.currentToken() == JsonToken.VALUE_NUMBER_INT, rule);
      require(
          json.getNumberType() != JsonParser.NumberType.BIG_INTEGER,
          field + " holds a number beyond 64 bits");
      long count = json.getLongValue();
      require(count >= 0, field + " holds the negative number " + count);
      counts.add(count);
    }
    return counts.build().toArray();
  }

  private void require(boolean holds, String rule) {
    if (!holds) {
      throw refusal(rule);
    }
  }

  private ModelException refusal(String rule) {
    return refusal.tensor(name, rule);
  }
}
