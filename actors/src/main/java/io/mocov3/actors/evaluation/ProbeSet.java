package io.mocov3.actors.evaluation;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.EvalView;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** A fixed batch of labelled images that is classified again and again. */
public final class ProbeSet {
  private final String name;
  private final BatchBuffer images;
  private final int size;
  private final List<Integer> labels = new ArrayList<>();

  /**
   * Takes {@code count} images spread evenly over {@code source}; undecodable ones are left out.
   */
  public ProbeSet(String name, ImageSource source, int count, int shortSide, int crop) {
    this.name = name;
    int wanted = Math.min(count, source.size());
    images = BatchBuffer.allocate(1, wanted, crop, crop);
    EvalView view = EvalView.of(shortSide, crop);
    int filled = 0;
    for (int i = 0; i < wanted; i++) {
      int index = (int) ((long) i * source.size() / wanted);
      if (view.fill(source, index, images, filled) instanceof Outcome.Filled) {
        labels.add(source.label(index));
        filled++;
      }
    }
    size = filled;
  }

  /** The same for the same pixels with the same labels. */
  String subject() {
    CRC32 pixels = new CRC32();
    pixels.update(images.pixels().duplicate().rewind());
    return "%s %d %08x %08x".formatted(name, size, pixels.getValue(), labels.hashCode());
  }

  String name() {
    return name;
  }

  BatchBuffer images() {
    return images;
  }

  int size() {
    return size;
  }

  long[] labels() {
    return labels.stream().mapToLong(Integer::longValue).toArray();
  }
}
