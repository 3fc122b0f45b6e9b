package io.mocov3.model.checkpoint;

import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/** State that is of something, and worth nothing for anything else. */
record StateOf(Stateful state, String subject) implements Stateful {

  @Override
  public String section() {
    return state.section();
  }

  @Override
  public Map<String, Object> save() {
    return state.save();
  }

  @Override
  public void load(Saved saved) {
    state.load(saved);
  }

  @Override
  public SequencedMap<String, Tensor> tensors() {
    return state.tensors();
  }
}
