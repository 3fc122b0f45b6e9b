package io.mocov3.augment.view;

import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.operation.ColorJitter;
import io.mocov3.augment.operation.Crop;
import io.mocov3.augment.operation.GaussianBlur;
import io.mocov3.augment.operation.Grayscale;
import io.mocov3.augment.operation.Planes;
import io.mocov3.augment.operation.ResizedCrop;
import io.mocov3.augment.operation.Scratch;
import io.mocov3.augment.operation.Solarize;
import io.mocov3.augment.operation.StageClock;
import io.mocov3.augment.operation.ViewStage;
import java.nio.ByteBuffer;

/** Makes views: pure functions of image and parameters, safe on any thread. */
public final class ViewRenderer {
  private ViewRenderer() {}

  /** Writes the view, (size, size, 3) RGB uint8, to the start of a direct buffer. */
  public static void render(Image image, ViewParameters view, ByteBuffer slot) {
    render(image, view, view.size(), view.size(), Solarize.THRESHOLD, slot);
  }

  public static void render(
      Image image,
      ViewParameters view,
      int height,
      int width,
      int solarizeThreshold,
      ByteBuffer slot) {
    Scratch scratch = Scratch.ofThread();
    StageClock clock = scratch.clock;
    Planes planes = scratch.planes;
    clock.begin();
    ResizedCrop.apply(image, view.crop(), height, width, planes, scratch);
    clock.end(ViewStage.RESIZED_CROP);
    view.jitter().ifPresent(jitter -> ColorJitter.apply(planes, jitter, scratch.hue, clock));
    if (view.grayscale()) {
      Grayscale.apply(planes);
      clock.end(ViewStage.GRAYSCALE);
    }
    int[] pixels = scratch.first(planes.pixels());
    planes.merge(pixels, view.flip());
    double sigma = view.blurSigma().orElse(0);
    if (sigma <= 0 && !view.solarize()) {
      scratch.writeTransposed(pixels, height, width, slot);
      clock.end(ViewStage.WRITE);
      return;
    }
    int[] rows = scratch.second(planes.pixels());
    if (sigma > 0) {
      GaussianBlur blur = GaussianBlur.of(sigma);
      blur.apply(pixels, width, height, scratch);
      scratch.transposed(pixels, width, height, rows);
      blur.apply(rows, height, width, scratch);
      clock.end(ViewStage.GAUSSIAN_BLUR);
    } else {
      scratch.transposed(pixels, width, height, rows);
    }
    if (view.solarize()) {
      Solarize.apply(rows, planes.pixels(), solarizeThreshold);
      clock.end(ViewStage.SOLARIZE);
    }
    scratch.write(rows, height, width, slot);
    clock.end(ViewStage.WRITE);
  }

  /** Writes the evaluation view, (crop, crop, 3) RGB uint8, to the start of a direct buffer. */
  public static void render(Image image, EvalTransform transform, ByteBuffer slot) {
    Scratch scratch = Scratch.ofThread();
    Planes planes = scratch.planes;
    int height = transform.resizedHeight(image);
    int width = transform.resizedWidth(image);
    Crop all = new Crop(0, 0, image.height(), image.width());
    ResizedCrop.apply(image, all, height, width, planes, scratch);
    int[] pixels = scratch.first(planes.pixels());
    planes.merge(pixels, false);
    int side = transform.crop();
    int[] centre = scratch.second(side * side);
    int top = EvalTransform.offset(height, side);
    int left = EvalTransform.offset(width, side);
    for (int x = 0; x < side; x++) {
      System.arraycopy(pixels, (left + x) * height + top, centre, x * side, side);
    }
    scratch.writeTransposed(centre, side, side, slot);
  }
}
