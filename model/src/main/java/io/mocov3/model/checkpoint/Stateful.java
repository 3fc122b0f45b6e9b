package io.mocov3.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/**
 * Something whose loss would change a later decision or curve of a training: a checkpoint holds the
 * state of all of them, so that a resumed run decides like an uninterrupted one.
 */
public interface Stateful {

  /** The name of its part of a checkpoint. */
  String section();

  /** Its state as JSON can hold it. What is returned must not change later. */
  Map<String, Object> save();

  /**
   * Takes over what {@link #save} gave, with every integer a Long and every fraction a Double. A
   * checkpoint without the section is one from before there was such a thing: then nothing is
   * called.
   */
  void load(Saved saved);

  /**
   * What the state is of, such as a data set: state of something else is not taken over. Empty
   * where that cannot change.
   */
  default String subject() {
    return "";
  }

  /** The same as the state of {@code subject}. */
  default Stateful of(String subject) {
    return new StateOf(this, subject);
  }

  /** The part of its state that is tensors, by name, to be copied out of and into; in place. */
  default SequencedMap<String, Tensor> tensors() {
    return new LinkedHashMap<>();
  }
}
