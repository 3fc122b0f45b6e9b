package io.mocov3.model.backbone;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What of a backbone a classifier may look at; N images, D width. */
public enum FeatureKind {
  /** What training calls the features, (N, D). */
  POOLED,
  /** The mean of the patch tokens after the final norm, (N, D). */
  PATCH_MEAN,
  /** What POOLED is of each of the last four blocks, side by side, (N, 4 D). */
  LAST_FOUR;

  /** How people write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<FeatureKind> of(String label) {
    return Arrays.stream(values()).filter(kind -> kind.label().equals(label)).findFirst();
  }
}
