package io.mocov3.app.control;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may operate the training. With a token file: whoever has a token. Without: whoever is on this
 * machine and calls it by a loopback name, if nothing else is served: what a proxy passes on it
 * calls by the name that others know. Never a web page of another origin: a browser says which one
 * it is.
 */
public final class AccessRule {

  /** Allowed to {@code who}, or refused with a status of HTTP and a reason. */
  public sealed interface Decision {}

  /** May operate; {@code who} is for the audit log. */
  public record Allowed(String who) implements Decision {}

  /** May not. */
  public record Denied(int status, String reason) implements Decision {}

  private static final Pattern LOOPBACK =
      Pattern.compile("(?i)(localhost|127\\.[0-9.]+|\\[::1])(:\\d*)?");

  private final Optional<TokenFile> tokens;
  private final boolean onLoopback;

  public AccessRule(Optional<TokenFile> tokens, boolean onLoopback) {
    this.tokens = tokens;
    this.onLoopback = onLoopback;
  }

  /**
   * {@code host} is the request's own host and port, {@code origin}, {@code site} and {@code
   * authorization} its headers {@code Origin}, {@code Sec-Fetch-Site} and {@code Authorization}.
   */
  public Decision decide(
      String host, Optional<String> origin, Optional<String> site, Optional<String> authorization) {
    boolean foreign =
        origin.filter(page -> !isOf(page, host)).isPresent()
            || site.filter(from -> !from.equals("same-origin") && !from.equals("none")).isPresent();
    if (foreign) {
      return new Denied(403, "a page of another origin may not operate this training");
    }
    if (tokens.isEmpty()) {
      return onLoopback && isLoopbackName(host)
          ? new Allowed("anybody on this machine")
          : new Denied(403, "no token is configured; set http.token-file");
    }
    try {
      return tokens
          .get()
          .accepted(authorization.orElse(""))
          .<Decision>map(print -> new Allowed("token " + print))
          .orElseGet(
              () ->
                  new Denied(
                      401,
                      authorization.isPresent()
                          ? "this is not a token of http.token-file"
                          : "a token is needed: send the header Authorization: Bearer TOKEN"));
    } catch (IOException e) {
      return new Denied(503, "http.token-file cannot be read; nobody can be let in");
    }
  }

  private static boolean isLoopbackName(String host) {
    return LOOPBACK.matcher(host).matches();
  }

  private static boolean isOf(String origin, String host) {
    String lower = origin.toLowerCase(Locale.ROOT);
    return lower.equals("http://" + host.toLowerCase(Locale.ROOT))
        || lower.equals("https://" + host.toLowerCase(Locale.ROOT));
  }
}
