package io.mocov3.model.step;

import io.mocov3.model.device.Autocast;
import io.mocov3.model.method.Method;
import io.mocov3.model.method.Passes;
import io.mocov3.model.method.Term.View;
import io.mocov3.model.tensor.Forward;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import io.mocov3.model.tensor.ViewPair;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/**
 * The backbone features of a step's views, and the way of their gradients back to the weights. The
 * graph of the heads begins anew at the features, but where a view goes through the backbone in one
 * pass of its own:
 *
 * <ul>
 *   <li>in parts, all of them are computed without a graph at first, and each again with one when
 *       the gradient of its features is known, so that only one part's graph is in memory;
 *   <li>in a pass of both views, the backbone goes backward once, after the last term.
 * </ul>
 */
final class ViewFeatures implements AutoCloseable {
  private static final BoolOptional NO_RETAINING = new BoolOptional();
  private static final TensorArrayRefOptional ALL_INPUTS = new TensorArrayRefOptional();

  private final Method method;
  private final Passes passes;
  private final ViewPair views;
  private Optional<Joint> joint = Optional.empty();

  /** Features (2 N, D) of both views: the end of the backbone's graph, and where heads begin. */
  private record Joint(Tensor end, Tensor begin) {}

  /** The views stay their owner's. */
  ViewFeatures(Method method, Passes passes, ViewPair views) {
    this.method = method;
    this.passes = passes;
    this.views = views;
  }

  /** Features (N, D) of a view, in the caller's scope. */
  Tensor of(View view) {
    if (passes.joint()) {
      if (joint.isEmpty()) {
        joint = Optional.of(both());
      }
      return view.of(ViewPair.halvesOf(joint.get().begin()));
    }
    Tensor pixels = view.of(views);
    return passes.parts() == 1 ? method.features(pixels) : leaf(() -> inParts(pixels));
  }

  private Tensor inParts(Tensor pixels) {
    try {
      return Forward.inParts(method::features, pixels, passes.parts());
    } finally {
      Autocast.forgetCasts(); // those made here have no graph
    }
  }

  private Joint both() {
    try (PointerScope scope = new PointerScope()) {
      Tensor end = Tensors.keep(method.features(views.joined()));
      return new Joint(end, Tensors.keep(leaf(end::detach)));
    }
  }

  private static Tensor leaf(Supplier<Tensor> numbers) {
    Tensor leaf;
    try (NoGrad noGrad = new NoGrad()) {
      leaf = Tensors.keep(numbers.get());
    }
    PointerScope.getInnerScope().attach(leaf);
    leaf.releaseReference();
    return leaf.set_requires_grad(true);
  }

  /** A term of the loss has gone backward to the {@code features} of a view. */
  void backward(View view, Tensor features) {
    if (passes.joint() || passes.parts() == 1) {
      return;
    }
    Tensor pixels = view.of(views);
    for (Forward.Rows rows : Forward.rows(pixels.size(0), passes.parts())) {
      try (PointerScope scope = new PointerScope()) {
        Tensor again = method.features(pixels.narrow(0, rows.from(), rows.count()));
        backward(again, features.grad().narrow(0, rows.from(), rows.count()));
      }
    }
  }

  /** All terms have gone backward. */
  void backwardAll() {
    joint.ifPresent(
        both -> {
          try (PointerScope scope = new PointerScope()) {
            backward(both.end(), both.begin().grad());
          }
        });
  }

  private static void backward(Tensor end, Tensor gradient) {
    end.backward(gradient, NO_RETAINING, false, ALL_INPUTS);
  }

  @Override
  public void close() {
    joint.ifPresent(
        both -> {
          both.end().releaseReference();
          both.begin().releaseReference();
        });
    joint = Optional.empty();
  }
}
