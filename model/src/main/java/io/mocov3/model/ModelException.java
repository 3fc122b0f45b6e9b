package io.mocov3.model;

import java.util.List;

/** A value the mathematics cannot work with; the message names the value and the rule. */
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> settings;

  public ModelException(String message) {
    this(List.of(), message);
  }

  /** A rule between settings of the network, which are named as in an experiment. */
  public ModelException(List<String> settings, String message) {
    super(message);
    this.settings = List.copyOf(settings);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
    this.settings = List.of();
  }

  /** The settings that the rule is about; empty when it is about no setting. */
  public List<String> settings() {
    return settings;
  }
}
