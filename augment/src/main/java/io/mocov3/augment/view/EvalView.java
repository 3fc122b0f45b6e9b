package io.mocov3.augment.view;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.codec.Outcome.Failed;
import io.mocov3.augment.codec.Outcome.Filled;
import io.mocov3.augment.source.ImageSource;
import java.util.List;

/** Fills one slot of a batch with the evaluation view of a sample; nothing is ever replaced. */
public record EvalView(EvalTransform transform) {

  /** The transform with the given short side and centre crop, in pixels. */
  public static EvalView of(int shortSide, int crop) {
    return new EvalView(new EvalTransform(shortSide, crop));
  }

  /** Fills slot (0, slot) of the buffer, or leaves it alone when the sample is undecodable. */
  public Outcome fill(ImageSource source, int index, BatchBuffer buffer, int slot) {
    return switch (source.decode(index, Canvas.ofThread())) {
      case Image image -> {
        ViewRenderer.render(image, transform, buffer.slot(0, slot));
        buffer.sampleIndices()[slot] = index;
        yield new Filled(index);
      }
      case Undecodable bad -> new Failed(index, List.of(bad));
    };
  }
}
