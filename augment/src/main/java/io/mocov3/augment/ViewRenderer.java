package io.mocov3.augment;

import io.mocov3.augment.Decoded.Image;
import java.nio.ByteBuffer;

/** Makes views: pure functions of image and parameters, safe on any thread. */
public final class ViewRenderer {
  private ViewRenderer() {}

  /** Writes the view, (size, size, 3) RGB uint8, to the start of the slot. */
  public static void render(Image image, ViewParameters view, ByteBuffer slot) {
    Scratch scratch = Scratch.ofThread();
    int size = view.size();
    int length = 3 * size * size;
    byte[] rgb = scratch.view(length);
    ResizedCrop.apply(image, view.crop(), size, size, rgb, scratch);
    if (view.jitter().isPresent()) {
      ColorJitter.apply(rgb, length, view.jitter().get(), scratch.table);
    }
    if (view.grayscale()) {
      Grayscale.apply(rgb, length);
    }
    if (view.blurSigma().isPresent()) {
      GaussianBlur.apply(rgb, size, size, view.blurSigma().getAsDouble(), scratch);
    }
    if (view.solarize()) {
      Solarize.apply(rgb, length, Solarize.THRESHOLD);
    }
    if (view.flip()) {
      HorizontalFlip.apply(rgb, size, size);
    }
    slot.put(0, rgb, 0, length);
  }

  /** Writes the evaluation view, (crop, crop, 3) RGB uint8, to the start of the slot. */
  public static void render(Image image, EvalTransform transform, ByteBuffer slot) {
    Scratch scratch = Scratch.ofThread();
    int length = 3 * transform.crop() * transform.crop();
    byte[] rgb = scratch.view(length);
    transform.apply(image, rgb, scratch);
    slot.put(0, rgb, 0, length);
  }
}
