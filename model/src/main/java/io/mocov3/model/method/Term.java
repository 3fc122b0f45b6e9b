package io.mocov3.model.method;

import io.mocov3.model.tensor.ViewPair;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A part of a loss, and the views whose queries it needs. */
public record Term(List<View> views) {

  /** One of the two. */
  public enum View {
    FIRST,
    SECOND;

    /** Stays the pair's. */
    public Tensor of(ViewPair pair) {
      return this == FIRST ? pair.first() : pair.second();
    }

    View other() {
      return this == FIRST ? SECOND : FIRST;
    }
  }

  static Term of(View... views) {
    return new Term(List.of(views));
  }
}
