package io.mocov3.app.control;

import io.mocov3.app.output.RunException;
import io.mocov3.model.IoReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Bearer tokens, one a line. The file is read anew for each request, so that tokens are rotated by
 * writing it: an old and a new one may be in it side by side. Tokens are compared by their digests,
 * in a time that tells nothing of them.
 */
public final class TokenFile {
  static final int SHORTEST = 16;
  private static final int LARGEST_FILE = 65_536;
  private static final String SCHEME = "bearer ";

  private final Path file;

  public TokenFile(Path file) {
    this.file = file;
  }

  /**
   * A look before anything is served.
   *
   * @throws RunException when the file cannot be read, holds no token, or one that is too short
   */
  public void require() {
    List<String> tokens;
    try {
      tokens = tokens();
    } catch (IOException e) {
      throw wrong("cannot be read (%s)".formatted(IoReason.of(e)));
    }
    if (tokens.isEmpty()) {
      throw wrong("holds no token");
    }
    if (tokens.stream().anyMatch(token -> token.length() < SHORTEST)) {
      throw wrong("holds a token of fewer than %d characters".formatted(SHORTEST));
    }
  }

  private RunException wrong(String what) {
    return new RunException(
        "http.token-file %s %s; write a long random token into it, such as that of openssl rand -hex 32"
            .formatted(file, what));
  }

  /**
   * The fingerprint of the token that an {@code Authorization} header holds, for logs; empty when
   * it holds none of the file's.
   *
   * @throws IOException when the file cannot be read
   */
  Optional<String> accepted(String authorization) throws IOException {
    String given =
        authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? authorization.substring(SCHEME.length()).strip()
            : "";
    byte[] digest = digest(given);
    boolean found = false;
    for (String token : tokens()) {
      found |= token.length() >= SHORTEST && MessageDigest.isEqual(digest, digest(token));
    }
    return found ? Optional.of(HexFormat.of().formatHex(digest, 0, 4)) : Optional.empty();
  }

  private List<String> tokens() throws IOException {
    if (Files.size(file) > LARGEST_FILE) {
      throw new IOException("larger than %d bytes".formatted(LARGEST_FILE));
    }
    return Files.readString(file).lines().map(String::strip).filter(t -> !t.isEmpty()).toList();
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
