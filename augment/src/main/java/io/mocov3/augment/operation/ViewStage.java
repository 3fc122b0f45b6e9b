package io.mocov3.augment.operation;

import java.util.Locale;

/** A part of making a view. */
public enum ViewStage {
  RESIZED_CROP,
  BRIGHTNESS,
  CONTRAST,
  SATURATION,
  HUE,
  GRAYSCALE,
  GAUSSIAN_BLUR,
  SOLARIZE,
  WRITE;

  /** The name in snake case, such as {@code resized_crop}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
