package io.mocov3.augment.codec;

import io.mocov3.augment.codec.Decoded.Undecodable;
import java.util.List;

/** How a slot of a batch was filled. */
public sealed interface Outcome {

  /** With the sample asked for. */
  record Filled(int index) implements Outcome {}

  /** With another sample, because those listed could not be decoded. */
  record Replaced(int index, int replacement, List<Undecodable> undecodable) implements Outcome {
    public Replaced {
      undecodable = List.copyOf(undecodable);
    }
  }

  /** Not at all: the sample and every replacement tried could not be decoded. */
  record Failed(int index, List<Undecodable> undecodable) implements Outcome {
    public Failed {
      undecodable = List.copyOf(undecodable);
    }
  }
}
