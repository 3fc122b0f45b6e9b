package io.mocov3.augment.policy;

import java.util.Arrays;

/**
 * The operations of RandAugment in the variant that DeiT trains with ("increasing"): the larger the
 * magnitude, the more an image changes. Pixels as Pillow makes them, with bilinear interpolation.
 */
@SuppressWarnings("ImmutableEnumChecker") // its functions have no state
enum PolicyOperation {
  AUTO_CONTRAST(PolicyOperation::none, (image, level, fill) -> autoContrast(image)),
  EQUALIZE(PolicyOperation::none, (image, level, fill) -> equalize(image)),
  INVERT(PolicyOperation::none, (image, level, fill) -> image.map(table(value -> 255 - value))),
  /** Degrees. */
  ROTATE((share, sign) -> sign * 30 * share, PolicyOperation::rotate),
  /** Bits that stay. */
  POSTERIZE(
      (share, sign) -> 4 - (int) (4 * share),
      (image, level, fill) -> {
        int mask = 0xFF & ~((1 << (8 - (int) level)) - 1);
        image.map(table(value -> value & mask));
      }),
  /** Values from there on are inverted. */
  SOLARIZE(
      (share, sign) -> 256 - (int) (256 * share),
      (image, level, fill) -> image.map(table(value -> value < level ? value : 255 - value))),
  /** What dark values gain. */
  SOLARIZE_ADD(
      (share, sign) -> Math.min(128, (int) (110 * share)),
      (image, level, fill) ->
          image.map(table(value -> value < 128 ? Math.min(255, value + (int) level) : value))),
  COLOR(PolicyOperation::factor, (image, level, fill) -> image.blendFromLuma(level)),
  CONTRAST(
      PolicyOperation::factor, (image, level, fill) -> image.blendFrom(image.meanLuma(), level)),
  BRIGHTNESS(PolicyOperation::factor, (image, level, fill) -> image.blendFrom(0, level)),
  SHARPNESS(PolicyOperation::factor, (image, level, fill) -> image.blendFromSmooth(level)),
  SHEAR_X(
      PolicyOperation::shear,
      (image, level, fill) -> image.transform(new double[] {1, level, 0, 0, 1, 0}, fill)),
  SHEAR_Y(
      PolicyOperation::shear,
      (image, level, fill) -> image.transform(new double[] {1, 0, 0, level, 1, 0}, fill)),
  TRANSLATE_X(
      PolicyOperation::translation,
      (image, level, fill) ->
          image.transform(new double[] {1, 0, level * image.side(), 0, 1, 0}, fill)),
  TRANSLATE_Y(
      PolicyOperation::translation,
      (image, level, fill) ->
          image.transform(new double[] {1, 0, 0, 0, 1, level * image.side()}, fill));

  private final Scale scale;
  private final Change change;

  /** From a share of the largest magnitude, 0..1, and a sign, 1 or -1, to what a change takes. */
  private interface Scale {
    double level(double share, int sign);
  }

  /** What happens to an image; {@code fill} is the colour of what comes in from outside. */
  private interface Change {
    void apply(Raster image, double level, int[] fill);
  }

  /** An entry of a table of 256. */
  private interface Entry {
    int of(int value);
  }

  PolicyOperation(Scale scale, Change change) {
    this.scale = scale;
    this.change = change;
  }

  /** From a share of the largest magnitude, 0..1, and a sign, 1 or -1, to what it takes. */
  double level(double share, int sign) {
    return scale.level(share, sign);
  }

  /** Changes the image; {@code fill} is the colour (R, G, B) of what comes in from outside. */
  void apply(Raster image, double level, int[] fill) {
    change.apply(image, level, fill);
  }

  private static double none(double share, int sign) {
    return 0;
  }

  private static double factor(double share, int sign) {
    return Math.max(0.1, 1 + sign * 0.9 * share);
  }

  private static double shear(double share, int sign) {
    return sign * 0.3 * share;
  }

  /** Of the side. */
  private static double translation(double share, int sign) {
    return sign * 0.45 * share;
  }

  private static void autoContrast(Raster image) {
    for (int channel = 0; channel < 3; channel++) {
      int[] counts = image.histogram(channel);
      int low = 0;
      int high = 255;
      while (low < 255 && counts[low] == 0) {
        low++;
      }
      while (high > 0 && counts[high] == 0) {
        high--;
      }
      if (high > low) {
        double scale = 255.0 / (high - low);
        double offset = -low * scale;
        image.map(channel, table(value -> Math.clamp((long) (value * scale + offset), 0, 255)));
      }
    }
  }

  private static void equalize(Raster image) {
    for (int channel = 0; channel < 3; channel++) {
      int[] counts = image.histogram(channel);
      int last = Arrays.stream(counts).filter(count -> count > 0).reduce((a, b) -> b).orElse(0);
      int step = (image.side() * image.side() - last) / 255;
      if (step > 0) {
        int[] table = new int[256];
        int sum = step / 2;
        for (int value = 0; value < 256; value++) {
          table[value] = Math.min(255, sum / step);
          sum += counts[value];
        }
        image.map(channel, table);
      }
    }
  }

  private static void rotate(Raster image, double degrees, int[] fill) {
    double angle = -Math.toRadians(degrees);
    double centre = image.side() / 2.0;
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    double c = centre - cos * centre - sin * centre;
    double f = centre + sin * centre - cos * centre;
    image.transform(new double[] {cos, sin, c, -sin, cos, f}, fill);
  }

  private static int[] table(Entry entry) {
    int[] table = new int[256];
    Arrays.setAll(table, entry::of);
    return table;
  }
}
