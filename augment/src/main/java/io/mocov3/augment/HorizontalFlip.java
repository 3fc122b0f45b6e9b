package io.mocov3.augment;

/** Reverses the columns. */
final class HorizontalFlip {
  private HorizontalFlip() {}

  static void apply(byte[] rgb, int height, int width) {
    for (int y = 0; y < height; y++) {
      int left = 3 * y * width;
      int right = left + 3 * (width - 1);
      for (; left < right; left += 3, right -= 3) {
        swap(rgb, left, right);
        swap(rgb, left + 1, right + 1);
        swap(rgb, left + 2, right + 2);
      }
    }
  }

  private static void swap(byte[] rgb, int i, int j) {
    byte kept = rgb[i];
    rgb[i] = rgb[j];
    rgb[j] = kept;
  }
}
