package io.mocov3.app.data;

import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.source.ImageSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A fingerprint of a data set: {@code samples} changes with an id or label of any, {@code contents}
 * with the bytes of those that are looked into, or is empty where that would cost a download.
 */
public record DataDigest(String samples, String contents) {
  private static final int LOOKED_INTO = 1000;

  /** {@code remote} sets are not looked into: their shards have sums of their own. */
  public static DataDigest of(ImageSource source, boolean remote) {
    return new DataDigest(samples(source), remote ? "" : contents(source));
  }

  /** Number of images and the SHA-256 of all ids and labels in order. */
  private static String samples(ImageSource source) {
    MessageDigest digest = sha256();
    for (int i = 0; i < source.size(); i++) {
      String line = source.id(i) + "\t" + source.label(i) + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return source.size() + " images, sha256 " + HexFormat.of().formatHex(digest.digest());
  }

  /** The SHA-256 of images spread evenly over the set. */
  private static String contents(ImageSource source) {
    MessageDigest digest = sha256();
    int count = Math.min(LOOKED_INTO, source.size());
    for (int i = 0; i < count; i++) {
      digest.update(content(source, (int) ((long) i * source.size() / count)));
    }
    return count + " of them, sha256 " + HexFormat.of().formatHex(digest.digest());
  }

  /** The bytes of the image's file, or its pixels where it has none; nothing of a bad one. */
  private static byte[] content(ImageSource source, int index) {
    Optional<Path> file = source.file(index);
    try {
      if (file.isPresent()) {
        return Files.readAllBytes(file.get());
      }
      return source.decode(index) instanceof Decoded.Image image ? image.pixels() : new byte[0];
    } catch (IOException e) {
      return new byte[0];
    }
  }

  /** A new SHA-256, which every JDK has. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
