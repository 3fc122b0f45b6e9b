package io.mocov3.app.data;

import io.mocov3.augment.ImageSource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A fingerprint of which samples a data set has and how they are labelled, not of their pixels. */
public final class DataDigest {
  private DataDigest() {}

  /** Number of images and the SHA-256 of all ids and labels in order. */
  public static String of(ImageSource source) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (int i = 0; i < source.size(); i++) {
        String line = source.id(i) + "\t" + source.label(i) + "\n";
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
      return source.size() + " images, sha256 " + HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
