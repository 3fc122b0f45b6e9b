package io.mocov3.app.eval;

import io.mocov3.app.data.DataDigest;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.TensorCodec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** What tells one network, and one way to look at images, from another. */
final class Sums {
  private Sums() {}

  /** SHA-256 of all weights with their names. */
  static String of(Encoder encoder) {
    MessageDigest sum = DataDigest.sha256();
    encoder
        .weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              sum.update(name.getBytes(StandardCharsets.UTF_8));
              sum.update(TensorCodec.toData(tensor).bytes());
            });
    return HexFormat.of().formatHex(sum.digest());
  }

  static String of(String text) {
    return HexFormat.of()
        .formatHex(DataDigest.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Shape of the network, its precision, and how pixels come to it. */
  static List<Object> seen(Settings settings, Encoder encoder) {
    return List.of(
        settings.model().backbone(),
        settings.step().precision(),
        settings.mean(),
        settings.std(),
        encoder.weights().placement());
  }
}
