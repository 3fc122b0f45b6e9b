package io.mocov3.app.bench;

import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.source.ImageSource;
import java.util.List;
import java.util.stream.IntStream;

/** Images for a benchmark of what comes after decoding. */
record NoiseImages(int size, int side, int classes) implements ImageSource {

  @Override
  public List<String> classNames() {
    return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
  }

  @Override
  public int label(int index) {
    return index % classes;
  }

  @Override
  public String id(int index) {
    return Integer.toString(index);
  }

  @Override
  public Decoded decode(int index, Canvas canvas) {
    byte[] pixels = new byte[3 * side * side];
    SpeedTest.noise(pixels.length).get(0, pixels);
    return new Decoded.Image(id(index), side, side, pixels);
  }

  @Override
  public void close() {
    // nothing is open
  }
}
