package io.mocov3.model.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.mocov3.model.ModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/** The head of a file to be written: length and JSON, padded with spaces to a multiple of 8. */
final class HeaderWriter {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();
  private static final Comparator<Map.Entry<String, TensorData>> REFERENCE_ORDER =
      Comparator.comparing((Map.Entry<String, TensorData> e) -> e.getValue().dtype())
          .reversed()
          .thenComparing(e -> utf8(e.getKey()), Arrays::compareUnsigned);

  private HeaderWriter() {}

  static List<Map.Entry<String, TensorData>> order(SequencedMap<String, TensorData> tensors) {
    return tensors.entrySet().stream().sorted(REFERENCE_ORDER).toList();
  }

  static byte[] header(List<Map.Entry<String, TensorData>> ordered, Map<String, String> metadata)
      throws IOException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(json)) {
      out.writeStartObject();
      writeMetadata(out, metadata);
      long begin = 0;
      for (Map.Entry<String, TensorData> tensor : ordered) {
        begin = writeTensor(out, tensor.getKey(), tensor.getValue(), begin);
      }
      out.writeEndObject();
    }
    int length = (json.size() + 7) / 8 * 8;
    if (length > Header.MAX_BYTES) {
      throw new ModelException(
          "header of %d bytes exceeds the limit of %d".formatted(length, Header.MAX_BYTES));
    }
    ByteBuffer header =
        ByteBuffer.allocate(Header.LENGTH_BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(length).put(json.toByteArray());
    Arrays.fill(header.array(), header.position(), header.limit(), (byte) ' ');
    return header.array();
  }

  private static void writeMetadata(JsonGenerator out, Map<String, String> metadata)
      throws IOException {
    if (metadata.isEmpty()) {
      return;
    }
    out.writeObjectFieldStart(Header.METADATA);
    for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
      out.writeStringField(entry.getKey(), entry.getValue());
    }
    out.writeEndObject();
  }

  private static long writeTensor(JsonGenerator out, String name, TensorData tensor, long begin)
      throws IOException {
    if (name.equals(Header.METADATA)) {
      throw new ModelException("no tensor may be named " + Header.METADATA);
    }
    long end = begin + tensor.numel() * tensor.dtype().bytes();
    long[] shape = tensor.shape();
    out.writeObjectFieldStart(name);
    out.writeStringField("dtype", tensor.dtype().name());
    out.writeFieldName("shape");
    out.writeArray(shape, 0, shape.length);
    out.writeFieldName("data_offsets");
    out.writeArray(new long[] {begin, end}, 0, 2);
    out.writeEndObject();
    return end;
  }

  private static byte[] utf8(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }
}
