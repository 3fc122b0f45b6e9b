package io.mocov3.model.safetensors;

import io.mocov3.model.ModelException;
import java.nio.file.Path;

/** Words the violations of one file: a single line with file, tensor and rule. */
record Refusal(Path file) {
  private static final int LONGEST_NAME = 120;

  ModelException header(String rule) {
    return new ModelException(file + ": header: " + oneLine(rule));
  }

  ModelException tensor(String name, String rule) {
    return new ModelException(file + ": tensor " + quote(name) + ": " + oneLine(rule));
  }

  ModelException file(String rule) {
    return new ModelException(file + ": " + oneLine(rule));
  }

  ModelException io(Exception cause) {
    return new ModelException(file + ": " + oneLine(cause.toString()), cause);
  }

  /** A foreign string made fit to print. */
  static String quote(String name) {
    return '"'
        + oneLine(name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "...")
        + '"';
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
  }
}
