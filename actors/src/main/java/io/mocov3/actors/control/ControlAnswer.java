package io.mocov3.actors.control;

import java.util.Map;

/** What came of a {@link ControlRequest}; {@code line} is for people. */
public sealed interface ControlAnswer {
  String line();

  /** It is done; {@code details} holds numbers, texts and lists of them by name. */
  record Done(String line, Map<String, Object> details) implements ControlAnswer {}

  /** It was not done, and why. */
  record Refused(String line) implements ControlAnswer {}
}
