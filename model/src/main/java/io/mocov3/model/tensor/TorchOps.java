package io.mocov3.model.tensor;

import java.util.List;
import java.util.stream.LongStream;
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
public final class TorchOps {
  private static final OperatorHandle FUSED_ADAMW = operator("aten::_fused_adamw_", "");
  private static final OperatorHandle FOREACH_LERP = operator("aten::_foreach_lerp_", "Scalar");
  private static final OperatorHandle FOREACH_NORM = operator("aten::_foreach_norm", "Scalar");
  private static final OperatorHandle FOREACH_SQRT = operator("aten::_foreach_sqrt", "");
  private static final OperatorHandle FOREACH_DIV = operator("aten::_foreach_div", "List");
  private static final OperatorHandle FOREACH_ADD = operator("aten::_foreach_add_", "List");
  private static final OperatorHandle FOREACH_ADD_SCALAR =
      operator("aten::_foreach_add_", "Scalar");
  private static final OperatorHandle FOREACH_MUL = operator("aten::_foreach_mul_", "List");
  private static final OperatorHandle FOREACH_MUL_SCALAR =
      operator("aten::_foreach_mul_", "Scalar");
  private static final OperatorHandle FOREACH_ADDCMUL =
      operator("aten::_foreach_addcmul_", "Scalar");

  /** The numbers of an AdamW update. */
  public record AdamWRates(
      double learningRate, double beta1, double beta2, double weightDecay, double epsilon) {}

  private TorchOps() {}

  /**
   * One AdamW update of every parameter in place; {@code step} holds the update's number from 1.
   */
  public static void fusedAdamW(
      List<Tensor> parameters,
      List<Tensor> gradients,
      List<Tensor> firstMoments,
      List<Tensor> secondMoments,
      Tensor step,
      AdamWRates rates) {
    List<Tensor> noMaximum = List.of();
    List<Tensor> steps = parameters.stream().map(parameter -> step).toList();
    boolean amsgrad = false;
    boolean maximize = false;
    try (PointerScope scope = new PointerScope()) {
      IValueVector stack =
          stack(parameters, gradients, firstMoments, secondMoments, noMaximum, steps);
      stack.push_back(new IValue(rates.learningRate()));
      stack.push_back(new IValue(rates.beta1()));
      stack.push_back(new IValue(rates.beta2()));
      stack.push_back(new IValue(rates.weightDecay()));
      stack.push_back(new IValue(rates.epsilon()));
      stack.push_back(new IValue(amsgrad));
      stack.push_back(new IValue(maximize));
      stack.push_back(new IValue());
      stack.push_back(new IValue());
      FUSED_ADAMW.callBoxed(stack);
    }
  }

  /** {@code targets[i] += weight * (ends[i] - targets[i])} in place. */
  public static void foreachLerp(List<Tensor> targets, List<Tensor> ends, double weight) {
    inPlace(FOREACH_LERP, weight, targets, ends);
  }

  /** {@code targets[i] += factor * others[i]} in place. */
  public static void foreachAdd(List<Tensor> targets, List<Tensor> others, double factor) {
    inPlace(FOREACH_ADD, factor, targets, others);
  }

  /** {@code targets[i] += number} in place. */
  public static void foreachAdd(List<Tensor> targets, double number) {
    inPlace(FOREACH_ADD_SCALAR, number, targets);
  }

  /** {@code targets[i] *= number} in place. */
  public static void foreachMul(List<Tensor> targets, double number) {
    inPlace(FOREACH_MUL_SCALAR, number, targets);
  }

  /** {@code targets[i] *= others[i]} in place; the others may be scalars on the device. */
  public static void foreachMul(List<Tensor> targets, List<Tensor> others) {
    if (!targets.isEmpty()) {
      try (PointerScope scope = new PointerScope()) {
        FOREACH_MUL.callBoxed(stack(targets, others));
      }
    }
  }

  /** {@code targets[i] += factor * a[i] * b[i]} in place. */
  public static void foreachAddcmul(
      List<Tensor> targets, List<Tensor> a, List<Tensor> b, double factor) {
    inPlace(FOREACH_ADDCMUL, factor, targets, a, b);
  }

  /** The root of each, owned by the caller's scope. */
  public static List<Tensor> foreachSqrt(List<Tensor> tensors) {
    return results(FOREACH_SQRT, stack(tensors));
  }

  /** {@code a[i] / b[i]}, owned by the caller's scope. */
  public static List<Tensor> foreachDiv(List<Tensor> a, List<Tensor> b) {
    return results(FOREACH_DIV, stack(a, b));
  }

  /** The L2 norm of each tensor, as scalar tensors owned by the caller's scope. */
  public static List<Tensor> foreachNorm(List<Tensor> tensors) {
    return foreachNorm(tensors, 2.0);
  }

  /** The largest absolute number of each tensor, as scalar tensors owned by the caller's scope. */
  public static List<Tensor> foreachLargest(List<Tensor> tensors) {
    return foreachNorm(tensors, Double.POSITIVE_INFINITY);
  }

  private static List<Tensor> foreachNorm(List<Tensor> tensors, double order) {
    IValueVector stack = stack(tensors);
    stack.push_back(new IValue(order));
    stack.push_back(new IValue());
    return results(FOREACH_NORM, stack);
  }

  @SafeVarargs
  private static void inPlace(OperatorHandle operator, double number, List<Tensor>... lists) {
    if (!lists[0].isEmpty()) {
      try (PointerScope scope = new PointerScope()) {
        IValueVector stack = stack(lists);
        stack.push_back(new IValue(number));
        operator.callBoxed(stack);
      }
    }
  }

  private static List<Tensor> results(OperatorHandle operator, IValueVector stack) {
    operator.callBoxed(stack);
    GenericList list = stack.get(0).toList();
    return LongStream.range(0, list.size()).mapToObj(i -> list.get(i).toTensor()).toList();
  }

  @SafeVarargs
  private static IValueVector stack(List<Tensor>... lists) {
    IValueVector stack = new IValueVector();
    for (List<Tensor> tensors : lists) {
      GenericList list = new GenericList(new Type.TypePtr((Type) TensorType.get()));
      list.reserve(tensors.size());
      tensors.forEach(tensor -> list.push_back(new IValue(tensor)));
      stack.push_back(new IValue(list));
    }
    return stack;
  }

  private static OperatorHandle operator(String name, String overload) {
    OperatorHandle handle = Dispatcher.singleton().findSchemaOrThrow(name, overload);
    handle.retainReference();
    return handle;
  }
}
