package io.mocov3.augment;

import io.mocov3.augment.Decoded.Image;
import io.mocov3.augment.Decoded.Undecodable;
import io.mocov3.augment.Outcome.Failed;
import io.mocov3.augment.Outcome.Filled;
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
