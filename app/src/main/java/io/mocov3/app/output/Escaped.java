package io.mocov3.app.output;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text from a file as a terminal may show it: on one line, and without power over the terminal. */
public final class Escaped {
  private static final Pattern TEXT_OF_LINES = Pattern.compile("[^\n\t]+");

  private Escaped() {}

  /** Line ends, escape sequences and marks that reorder text are written as {@code \n}, \\u001b. */
  public static String text(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints().forEach(point -> append(escaped, point));
    return escaped.toString();
  }

  /** The same, but lines stay lines and tabs tabs, as in a stack trace. */
  static String lines(String text) {
    return TEXT_OF_LINES
        .matcher(text)
        .replaceAll(part -> Matcher.quoteReplacement(text(part.group())));
  }

  private static void append(StringBuilder escaped, int point) {
    switch (point) {
      case '\n' -> escaped.append("\\n");
      case '\r' -> escaped.append("\\r");
      case '\t' -> escaped.append("\\t");
      default -> {
        if (isSafe(Character.getType(point))) {
          escaped.appendCodePoint(point);
        } else {
          escaped.append("\\u%04x".formatted(point));
        }
      }
    }
  }

  private static boolean isSafe(int category) {
    return switch (category) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
