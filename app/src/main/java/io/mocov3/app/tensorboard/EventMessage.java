package io.mocov3.app.tensorboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The messages of an event file as protocol buffers. Only what is written here of TensorBoard's
 * {@code Event} and {@code Summary}; the numbers are those of their fields.
 */
final class EventMessage {
  private static final String VERSION = "brain.Event:2";
  private static final int START = 1;
  private static final int RGB = 3;

  /** Puts the fields of a message. */
  private interface Fields {
    void put(CodedOutputStream out) throws IOException;
  }

  private EventMessage() {}

  /** The first message of a file. */
  static byte[] version(double seconds) {
    return event(seconds, 0, out -> out.writeString(3, VERSION));
  }

  /** From here on {@code step} is the first: what was written of it and of later ones is void. */
  static byte[] start(double seconds, long step) {
    return event(
        seconds, step, out -> out.writeByteArray(7, message(log -> log.writeEnum(1, START))));
  }

  static byte[] scalars(double seconds, long step, Map<String, Double> values) {
    return event(
        seconds,
        step,
        out ->
            out.writeByteArray(
                5,
                message(
                    summary -> {
                      for (Map.Entry<String, Double> value : values.entrySet()) {
                        summary.writeByteArray(
                            1,
                            message(
                                one -> {
                                  one.writeString(1, value.getKey());
                                  one.writeFloat(2, value.getValue().floatValue());
                                }));
                      }
                    })));
  }

  /** A picture as a PNG file has it. */
  static byte[] picture(double seconds, long step, String tag, byte[] png) {
    ByteBuffer header = ByteBuffer.wrap(png);
    byte[] image =
        message(
            out -> {
              out.writeInt32(1, header.getInt(20));
              out.writeInt32(2, header.getInt(16));
              out.writeInt32(3, RGB);
              out.writeBytes(4, ByteString.copyFrom(png));
            });
    byte[] value =
        message(
            out -> {
              out.writeString(1, tag);
              out.writeByteArray(4, image);
            });
    return event(
        seconds,
        step,
        out -> out.writeByteArray(5, message(summary -> summary.writeByteArray(1, value))));
  }

  private static byte[] event(double seconds, long step, Fields what) {
    return message(
        out -> {
          out.writeDouble(1, seconds);
          out.writeInt64(2, step);
          what.put(out);
        });
  }

  private static byte[] message(Fields fields) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      fields.put(out);
      out.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
