package io.mocov3.augment.webdataset;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** A server asks to come back later. */
final class RemoteBusyException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Duration pause;

  RemoteBusyException(String message, Duration pause) {
    super(message);
    this.pause = pause;
  }

  Duration pause() {
    return pause;
  }

  /** Reads a Retry-After header: seconds or a date; zero where it says nothing. */
  static Duration retryAfter(String header, Instant now) {
    String value = header.strip();
    if (value.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return date.isAfter(now) ? Duration.between(now, date) : Duration.ZERO;
    } catch (DateTimeException unreadable) {
      return Duration.ZERO;
    }
  }
}
