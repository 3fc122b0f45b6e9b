package io.mocov3.actors.views;

import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.Reason;
import io.mocov3.augment.source.ImageSource;
import java.io.IOException;
import java.util.List;

/** Images whose storage can go away and come back, and which can all become unreadable. */
public class VanishingImages implements ImageSource {
  private final ImageSource images = MemoryImages.good(64);
  public volatile boolean gone;
  public volatile boolean broken;

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public List<String> classNames() {
    return images.classNames();
  }

  @Override
  public int label(int index) {
    return images.label(index);
  }

  @Override
  public String id(int index) {
    return images.id(index);
  }

  @Override
  public void requireAvailable() {
    if (gone) {
      throw new SourceUnavailableException("the disk is gone", new IOException("gone"));
    }
  }

  @Override
  public Decoded decode(int index, Canvas canvas) {
    requireAvailable();
    return broken
        ? new Decoded.Undecodable(id(index), Reason.CORRUPT, "made broken")
        : images.decode(index, canvas);
  }

  @Override
  public void close() {}
}
