package io.mocov3.actors.views;

import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.Reason;
import io.mocov3.augment.source.ImageSource;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Images in memory, some of which cannot be decoded. */
public final class MemoryImages implements ImageSource {
  private static final int SIDE = 20;

  private final int size;
  private final Set<Integer> broken;
  private volatile boolean there = true;

  public MemoryImages(int size, Set<Integer> broken) {
    this.size = size;
    this.broken = Set.copyOf(broken);
  }

  public static MemoryImages good(int size) {
    return new MemoryImages(size, Set.of());
  }

  public void storageIsThere(boolean there) {
    this.there = there;
  }

  @Override
  public void requireAvailable() {
    if (!there) {
      throw new SourceUnavailableException(
          "the storage is away", new IOException("No such device"));
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public List<String> classNames() {
    return List.of("even", "odd");
  }

  @Override
  public int label(int index) {
    return index % 2;
  }

  @Override
  public String id(int index) {
    return "image-" + index;
  }

  @Override
  public Decoded decode(int index, Canvas canvas) {
    requireAvailable();
    if (broken.contains(index)) {
      return new Decoded.Undecodable(id(index), Reason.CORRUPT, "made broken");
    }
    byte[] pixels = new byte[3 * SIDE * SIDE];
    new Random(index).nextBytes(pixels);
    return canvas.paint(id(index), SIDE, SIDE, pixels);
  }

  @Override
  public void close() {}
}
