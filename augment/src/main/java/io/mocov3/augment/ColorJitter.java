package io.mocov3.augment;

/** The four colour operations in the drawn order, 8 bits between them. */
final class ColorJitter {
  private ColorJitter() {}

  static void apply(byte[] rgb, int length, Jitter jitter, byte[] table) {
    for (int i = 0; i < jitter.order().size(); i++) {
      switch (jitter.order().get(i)) {
        case BRIGHTNESS -> Brightness.apply(rgb, length, jitter.brightness(), table);
        case CONTRAST -> Contrast.apply(rgb, length, jitter.contrast(), table);
        case SATURATION -> Saturation.apply(rgb, length, jitter.saturation());
        case HUE -> Hue.apply(rgb, length, jitter.hue());
      }
    }
  }
}
