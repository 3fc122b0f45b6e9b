package io.mocov3.augment.policy;

import java.util.Arrays;

/**
 * The operations of RandAugment in the variant that DeiT trains with ("increasing"): the larger the
 * magnitude, the more an image changes. A level is what an operation takes; {@code sign} is 1 or -1
 * where it goes two ways. Pixels as Pillow makes them, with bilinear interpolation.
 */
enum PolicyOperation {
  AUTO_CONTRAST {
    @Override
    void apply(Raster image, double level, int[] fill) {
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
  },
  EQUALIZE {
    @Override
    void apply(Raster image, double level, int[] fill) {
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
  },
  INVERT {
    @Override
    void apply(Raster image, double level, int[] fill) {
      image.map(table(value -> 255 - value));
    }
  },
  ROTATE {
    @Override
    double level(double share, int sign) {
      return sign * 30 * share; // degrees
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      double angle = -Math.toRadians(level);
      double centre = image.side() / 2.0;
      double cos = Math.cos(angle);
      double sin = Math.sin(angle);
      double c = centre - cos * centre - sin * centre;
      double f = centre + sin * centre - cos * centre;
      image.transform(new double[] {cos, sin, c, -sin, cos, f}, fill);
    }
  },
  POSTERIZE {
    @Override
    double level(double share, int sign) {
      return 4 - (int) (4 * share); // bits that stay
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      int mask = 0xFF & ~((1 << (8 - (int) level)) - 1);
      image.map(table(value -> value & mask));
    }
  },
  SOLARIZE {
    @Override
    double level(double share, int sign) {
      return 256 - (int) (256 * share); // threshold
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      image.map(table(value -> value < level ? value : 255 - value));
    }
  },
  SOLARIZE_ADD {
    @Override
    double level(double share, int sign) {
      return Math.min(128, (int) (110 * share)); // what dark values gain
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      image.map(table(value -> value < 128 ? Math.min(255, value + (int) level) : value));
    }
  },
  COLOR {
    @Override
    double level(double share, int sign) {
      return factor(share, sign);
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      image.blendFromLuma(level);
    }
  },
  CONTRAST {
    @Override
    double level(double share, int sign) {
      return factor(share, sign);
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      image.blendFrom(image.meanLuma(), level);
    }
  },
  BRIGHTNESS {
    @Override
    double level(double share, int sign) {
      return factor(share, sign);
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      image.blendFrom(0, level);
    }
  },
  SHARPNESS {
    @Override
    double level(double share, int sign) {
      return factor(share, sign);
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      image.blendFromSmooth(level);
    }
  },
  SHEAR_X {
    @Override
    double level(double share, int sign) {
      return sign * 0.3 * share;
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      image.transform(new double[] {1, level, 0, 0, 1, 0}, fill);
    }
  },
  SHEAR_Y {
    @Override
    double level(double share, int sign) {
      return sign * 0.3 * share;
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      image.transform(new double[] {1, 0, 0, level, 1, 0}, fill);
    }
  },
  TRANSLATE_X {
    @Override
    double level(double share, int sign) {
      return sign * 0.45 * share; // of the side
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      image.transform(new double[] {1, 0, level * image.side(), 0, 1, 0}, fill);
    }
  },
  TRANSLATE_Y {
    @Override
    double level(double share, int sign) {
      return sign * 0.45 * share;
    }

    @Override
    void apply(Raster image, double level, int[] fill) {
      image.transform(new double[] {1, 0, 0, 0, 1, level * image.side()}, fill);
    }
  };

  /** An entry of a table of 256. */
  private interface Entry {
    int of(int value);
  }

  /** {@code share} of the largest magnitude, 0..1, to what {@link #apply} takes. */
  double level(double share, int sign) {
    return 0;
  }

  /** Changes the image; {@code fill} is the colour of what comes in from outside. */
  abstract void apply(Raster image, double level, int[] fill);

  private static double factor(double share, int sign) {
    return Math.max(0.1, 1 + sign * 0.9 * share);
  }

  private static int[] table(Entry entry) {
    int[] table = new int[256];
    Arrays.setAll(table, entry::of);
    return table;
  }
}
