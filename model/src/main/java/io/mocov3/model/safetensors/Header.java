package io.mocov3.model.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * The head of a file: eight bytes of length, then that many bytes of JSON. {@code tensors} are in
 * the order of their bytes, which begin at {@code dataStart}.
 */
record Header(
    SequencedMap<String, TensorEntry> tensors,
    SequencedMap<String, String> metadata,
    long dataStart) {
  static final int LENGTH_BYTES = 8;
  static final int MAX_BYTES = 100_000_000;
  static final String METADATA = "__metadata__";

  static Header read(FileChannel channel, Refusal refusal) throws IOException {
    long fileBytes = channel.size();
    if (fileBytes < LENGTH_BYTES) {
      throw refusal.header(
          "the file has %d bytes, fewer than the 8 of the header length".formatted(fileBytes));
    }
    long length = readFully(channel, 0, LENGTH_BYTES, refusal).getLong();
    if (length < 0 || length > MAX_BYTES) {
      throw refusal.header(
          "length %s exceeds the limit of %d bytes"
              .formatted(Long.toUnsignedString(length), MAX_BYTES));
    }
    if (length > fileBytes - LENGTH_BYTES) {
      throw refusal.header(
          "length %d exceeds the %d bytes left in the file"
              .formatted(length, fileBytes - LENGTH_BYTES));
    }
    char[] text = text(readFully(channel, LENGTH_BYTES, (int) length, refusal), refusal);
    HeaderParser parser = new HeaderParser(text, refusal);
    parser.parse();
    long dataStart = LENGTH_BYTES + length;
    SequencedMap<String, TensorEntry> tensors =
        TensorSpans.check(parser.tensors(), fileBytes - dataStart, refusal);
    return new Header(tensors, new LinkedHashMap<>(parser.metadata()), dataStart);
  }

  private static ByteBuffer readFully(FileChannel channel, long from, int bytes, Refusal refusal)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        throw refusal.file("shortened while it was read");
      }
    }
    return buffer.flip();
  }

  private static char[] text(ByteBuffer bytes, Refusal refusal) {
    if (!bytes.hasRemaining() || bytes.get(0) != '{') {
      throw refusal.header("must begin with '{'");
    }
    try {
      var chars = StandardCharsets.UTF_8.newDecoder().decode(bytes);
      char[] text = new char[chars.remaining()];
      chars.get(text);
      return text;
    } catch (CharacterCodingException e) {
      throw refusal.header("not valid UTF-8");
    }
  }
}
