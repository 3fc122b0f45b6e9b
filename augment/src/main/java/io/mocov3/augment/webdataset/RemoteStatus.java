package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import java.io.IOException;
import java.util.Set;

/** What an answer that is no success means, and what to do about it. */
final class RemoteStatus {
  /** Codes of S3 for credentials that were good once. */
  static final Set<String> EXPIRED =
      Set.of(
          "ExpiredToken",
          "ExpiredTokenException",
          "InvalidToken",
          "RequestExpired",
          "TokenRefreshRequired");

  private RemoteStatus() {}

  static boolean isAbsent(int status) {
    return status == 404 || status == 410;
  }

  /**
   * What to throw when trying again may help.
   *
   * @param code what the server calls the failure; may be empty
   * @throws DataException when trying again is of no use
   */
  static IOException failure(String url, int status, String code) {
    String message =
        url + " answers with status " + status + (code.isEmpty() ? "" : " (" + code + ")");
    boolean passes =
        status >= 500
            || status == 408
            || status == 425
            || status == 429
            || code.equals("RequestTimeout");
    if (passes) {
      return new IOException(message);
    }
    throw new DataException(message + "; " + advice(status, code));
  }

  private static String advice(int status, String code) {
    if (EXPIRED.contains(code)) {
      return "the credentials have expired: renew them";
    }
    return switch (code) {
      case "InvalidAccessKeyId", "SignatureDoesNotMatch" ->
          "the credentials are wrong: correct them";
      case "RequestTimeTooSkewed" -> "the clock of this machine is wrong: set it";
      case "NoSuchBucket" -> "there is no such bucket: check its name and the endpoint";
      case "AccessDenied" ->
          "no permission: allow s3:GetObject, and s3:ListBucket so that a file that is not there"
              + " can be told from one that is forbidden";
      default -> advice(status);
    };
  }

  private static String advice(int status) {
    return switch (status) {
      case 401 -> "it wants credentials, or has others than those given: give valid ones";
      case 403 -> "no permission: check the credentials, and who may read it";
      case 404, 410 -> "it is not there: check the name";
      case 407 -> "the proxy wants credentials: give them to it";
      default ->
          status >= 300 && status < 400
              ? "it has moved: give its new URL, or the region of its bucket"
              : "the request is refused: check the URL";
    };
  }
}
