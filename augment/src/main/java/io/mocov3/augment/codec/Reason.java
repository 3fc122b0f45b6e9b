package io.mocov3.augment.codec;

import java.util.Locale;

/** Why a sample could not be decoded; {@link #label()} is the value of the metric's label. */
public enum Reason {
  /** The file has no bytes. */
  EMPTY,
  /** The file ends before the image does. */
  TRUNCATED,
  /** Not a JPEG, PNG, WebP or BMP file. */
  UNSUPPORTED_FORMAT,
  /** More pixels or bytes than the limit. */
  TOO_LARGE,
  /** The bytes look like an image but the decoder rejects them. */
  CORRUPT,
  /** The bytes are not those that the data set's checksum was made from. */
  CHECKSUM,
  /** The file cannot be read. */
  UNREADABLE;

  /** The name in kebab case, such as {@code unsupported-format}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
