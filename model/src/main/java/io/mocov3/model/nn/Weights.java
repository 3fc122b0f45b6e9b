package io.mocov3.model.nn;

import io.mocov3.model.ModelException;
import io.mocov3.model.device.Placement;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.tensor.NoGrad;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Predicate;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * The named tensors of a network in the order they were added, and the owner of their native
 * memory. Names are the reference's, without its {@code base_encoder.} prefixes.
 */
public final class Weights implements AutoCloseable {

  /** What happens to a tensor in training. */
  public enum Kind {
    TRAINED,
    FROZEN,
    /** A running statistic of a BatchNorm. */
    BUFFER
  }

  /** A named tensor, its part in training, and the layer of {@link Layers} that it is of. */
  public record Entry(String name, Tensor tensor, Kind kind, String layer) {

    /** The same with a longer name. */
    public Entry below(String prefix) {
      return new Entry(prefix + name, tensor, kind, layer);
    }

    public boolean isOf(String layers) {
      return layer.equals(layers);
    }
  }

  private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();
  private final List<Pointer> owned = new ArrayList<>();
  private final Placement placement;
  private final EncoderRole role;
  private String layer = Layers.ALL;
  private boolean evaluating;
  private Group group = Group.alone();

  public Weights(Placement placement, EncoderRole role) {
    this.placement = placement;
    this.role = role;
  }

  /** Whether this is a network that learns, in the middle of a step. */
  boolean isTraining() {
    return role == EncoderRole.BASE && !evaluating;
  }

  /** Whether BatchNorms normalise by their own batch and move their running statistics. */
  boolean usesBatchStatistics() {
    return role != EncoderRole.EVALUATION && !evaluating;
  }

  /** From now on the statistics of a batch are those of all ranks. */
  public void join(Group ranks) {
    group = ranks;
  }

  /** The processes that train this network together. */
  public Group group() {
    return group;
  }

  /** From now on tensors that are added are of this layer. */
  public void enter(String next) {
    layer = next;
  }

  /** Until it is closed, BatchNorms use their running statistics. Not for two threads at once. */
  public Evaluation evaluation() {
    evaluating = true;
    return () -> evaluating = false;
  }

  /** A time in which a network is looked at and not trained. */
  public interface Evaluation extends AutoCloseable {
    @Override
    void close();
  }

  public Placement placement() {
    return placement;
  }

  /** Moves {@code tensor} to this placement and keeps it under {@code name}. */
  public Tensor add(String name, Tensor tensor, Kind kind) {
    Tensor placed =
        kind == Kind.BUFFER
            ? tensor.to(placement.torchDevice(), tensor.scalar_type())
            : tensor.to(placement.torchDevice(), placement.dtype());
    Tensor kept = own(placed.contiguous().detach());
    kept.set_requires_grad(role == EncoderRole.BASE && kind == Kind.TRAINED);
    if (entries.putIfAbsent(name, new Entry(name, kept, kind, layer)) != null) {
      throw new ModelException("two tensors are named " + name);
    }
    return kept;
  }

  /** Keeps a tensor that belongs to no checkpoint alive until {@link #close}. */
  public Tensor keep(Tensor tensor) {
    return own(tensor);
  }

  /** Keeps a native object alive until {@link #close}. */
  <P extends Pointer> P own(P pointer) {
    pointer.retainReference();
    owned.add(pointer);
    return pointer;
  }

  public TensorOptional optional(Tensor tensor) {
    return own(new TensorOptional(tensor));
  }

  public List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /** Those of some kinds, in the order they were added. */
  public List<Entry> entries(Predicate<Kind> kinds) {
    return entries.values().stream().filter(entry -> kinds.test(entry.kind())).toList();
  }

  /** Every tensor under its name, buffers included. */
  public SequencedMap<String, Tensor> tensors() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    entries.values().forEach(entry -> tensors.put(entry.name(), entry.tensor()));
    return tensors;
  }

  /** The tensors the optimizer sees. */
  public List<Entry> trained() {
    return entries(Kind.TRAINED::equals);
  }

  /** Parameters, trained or frozen, without buffers. */
  public List<Tensor> parameters() {
    return entries(kind -> kind != Kind.BUFFER).stream().map(Entry::tensor).toList();
  }

  /** Overwrites every tensor with its namesake. */
  public void copyFrom(Weights other) {
    for (Entry entry : entries.values()) {
      Entry source = other.entries.get(entry.name());
      if (source == null) {
        throw new ModelException("no tensor named " + entry.name() + " to copy from");
      }
      try (NoGrad noGrad = new NoGrad()) {
        entry.tensor().copy_(source.tensor());
      }
    }
  }

  @Override
  public void close() {
    owned.forEach(Pointer::releaseReference);
    owned.clear();
    entries.clear();
  }
}
