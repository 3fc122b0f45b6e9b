package io.mocov3.model.checkpoint;

import java.io.BufferedOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Size in bytes and SHA-256 of a file, in hexadecimal. */
record Digest(long bytes, String sha256) {
  /** What writes a file's content. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes the content, syncs it to the disk, and sums it on the way. */
  static Digest ofWriting(Path file, Content content) throws IOException {
    MessageDigest sum = newSha256();
    try (FileOutputStream disk = new FileOutputStream(file.toFile())) {
      OutputStream out = new BufferedOutputStream(new DigestOutputStream(disk, sum), 1 << 16);
      content.writeTo(out);
      out.flush();
      disk.getFD().sync();
      return new Digest(disk.getChannel().size(), HexFormat.of().formatHex(sum.digest()));
    }
  }

  static Digest of(byte[] content) {
    return new Digest(content.length, HexFormat.of().formatHex(newSha256().digest(content)));
  }

  static Digest ofReading(Path file) throws IOException {
    MessageDigest sum = newSha256();
    try (InputStream in = new DigestInputStream(new FileInputStream(file.toFile()), sum)) {
      byte[] chunk = new byte[1 << 20];
      long bytes = 0;
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        bytes += read;
      }
      return new Digest(bytes, HexFormat.of().formatHex(sum.digest()));
    }
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
