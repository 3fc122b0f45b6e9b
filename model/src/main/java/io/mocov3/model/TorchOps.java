package io.mocov3.model;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * The libtorch operators without a binding of their own, called boxed through the dispatcher. The
 * only class that touches it: its list type has a pointer-cast constructor that crashes the JVM.
 */
final class TorchOps {
  private static final OperatorHandle FUSED_ADAMW = operator("aten::_fused_adamw_", "");
  private static final OperatorHandle FOREACH_LERP = operator("aten::_foreach_lerp_", "Scalar");
  private static final OperatorHandle FOREACH_NORM = operator("aten::_foreach_norm", "Scalar");

  private TorchOps() {}

  /**
   * One AdamW update of every parameter in place; {@code step} holds the update's number from 1.
   */
  static void fusedAdamW(
      List<Tensor> parameters,
      List<Tensor> gradients,
      List<Tensor> firstMoments,
      List<Tensor> secondMoments,
      Tensor step,
      double learningRate,
      AdamWConfig config) {
    try (PointerScope scope = new PointerScope()) {
      IValueVector stack = new IValueVector();
      stack.push_back(list(parameters));
      stack.push_back(list(gradients));
      stack.push_back(list(firstMoments));
      stack.push_back(list(secondMoments));
      stack.push_back(list(List.of()));
      stack.push_back(list(parameters.stream().map(parameter -> step).toList()));
      stack.push_back(new IValue(learningRate));
      stack.push_back(new IValue(config.beta1()));
      stack.push_back(new IValue(config.beta2()));
      stack.push_back(new IValue(config.weightDecay()));
      stack.push_back(new IValue(config.epsilon()));
      stack.push_back(new IValue(false));
      stack.push_back(new IValue(false));
      stack.push_back(new IValue());
      stack.push_back(new IValue());
      FUSED_ADAMW.callBoxed(stack);
    }
  }

  /** {@code targets[i] += weight * (ends[i] - targets[i])} in place. */
  static void foreachLerp(List<Tensor> targets, List<Tensor> ends, double weight) {
    try (PointerScope scope = new PointerScope()) {
      IValueVector stack = new IValueVector();
      stack.push_back(list(targets));
      stack.push_back(list(ends));
      stack.push_back(new IValue(weight));
      FOREACH_LERP.callBoxed(stack);
    }
  }

  /** The L2 norm of each tensor, as scalar tensors owned by the caller's scope. */
  static List<Tensor> foreachNorm(List<Tensor> tensors) {
    IValueVector stack = new IValueVector();
    stack.push_back(list(tensors));
    stack.push_back(new IValue(2.0));
    stack.push_back(new IValue());
    FOREACH_NORM.callBoxed(stack);
    GenericList norms = stack.get(0).toList();
    return java.util.stream.LongStream.range(0, norms.size())
        .mapToObj(i -> norms.get(i).toTensor())
        .toList();
  }

  private static IValue list(List<Tensor> tensors) {
    GenericList list = new GenericList(new Type.TypePtr((Type) TensorType.get()));
    list.reserve(tensors.size());
    for (Tensor tensor : tensors) {
      list.push_back(new IValue(tensor));
    }
    return new IValue(list);
  }

  private static OperatorHandle operator(String name, String overload) {
    OperatorHandle handle = Dispatcher.singleton().findSchemaOrThrow(name, overload);
    handle.retainReference();
    return handle;
  }
}
