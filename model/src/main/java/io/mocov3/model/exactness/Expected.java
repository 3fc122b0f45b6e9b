package io.mocov3.model.exactness;

import io.mocov3.model.ModelException;
import io.mocov3.model.method.Query;
import io.mocov3.model.safetensors.SafetensorsFile;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * {@code expected.safetensors} of a moco-step fixture. Whole tensors, or norm and sample where the
 * tensor is not stored. Gradients that are zero in exact arithmetic (the keys' third of a qkv bias,
 * and the listed parameters) are only noise in float32 and left out there.
 */
final class Expected {
  private static final int SAMPLES = 64;
  private static final String KEY_BIAS = "attn.qkv.bias";

  private final SafetensorsFile file;
  private final Set<String> names;
  private final Deviations deviations;
  private final boolean sharp;
  private final Set<String> zeroGradient;

  Expected(SafetensorsFile file, Deviations deviations, boolean sharp, Set<String> zeroGradient) {
    this.file = file;
    this.names = Set.copyOf(file.names());
    this.deviations = deviations;
    this.sharp = sharp;
    this.zeroGradient = zeroGradient;
  }

  void sameNames(List<String> expected, List<String> ours) {
    if (!Set.copyOf(expected).equals(Set.copyOf(ours))) {
      throw new ModelException(
          "the trained parameters differ: expected " + expected + ", ours " + ours);
    }
  }

  /** Step 0, the view numbered from 1. */
  void compareForward(int view, Query q, Optional<Tensor> key) {
    compareStored("step.0.features", "step.0.features." + view, Fixture.numbers(q.features()));
    compareStored(
        "step.0.projection", "step.0.projection." + view, Fixture.numbers(q.projection()));
    compareStored("step.0.query", "step.0.query." + view, Fixture.numbers(q.query()));
    key.ifPresent(
        tensor -> compareStored("step.0.key", "step.0.key." + view, Fixture.numbers(tensor)));
  }

  void compareGradient(String parameter, Tensor gradient) {
    compareTensor("step.0.gradient", "step.0.gradient." + parameter, parameter, gradient);
  }

  /**
   * {@code name} is {@code final.NAME} or {@code final.state.MOMENT.NAME}; unknown ones pass by.
   */
  void compareFinal(String name, Tensor tensor) {
    String quantity =
        name.startsWith("final.state.")
            ? "final.state"
            : name.contains(".running_") ? "final.running" : "final";
    String parameter = name.replaceFirst("^final\\.(state\\.[^.]+\\.)?", "");
    compareTensor(quantity, name, parameter, tensor);
  }

  /** Gradient norms (steps, parameters), those of zero gradients left out in float32. */
  void compareNorms(List<String> parameters, double[] ours) {
    double[] expected = Fixture.numbers(file, "gradient_norms");
    if (!sharp) {
      for (int i = 0; i < ours.length; i++) {
        if (zeroGradient.contains(parameters.get(i % parameters.size()))) {
          ours[i] = 0;
          expected[i] = 0;
        }
      }
    }
    deviations.add("gradient_norms", "gradient_norms", ours, expected);
  }

  void compare(String quantity, String name, double[] ours) {
    deviations.add(quantity, name, ours, Fixture.numbers(file, name));
  }

  private void compareTensor(String quantity, String name, String parameter, Tensor tensor) {
    boolean whole = names.contains(name);
    if (!whole && !names.contains(name + "#norm")) {
      return;
    }
    if (!sharp && zeroGradient.contains(baseName(parameter))) {
      return;
    }
    double[] ours = Fixture.numbers(tensor);
    boolean keyBias = parameter.endsWith(KEY_BIAS);
    if (whole) {
      double[] expected = Fixture.numbers(file, name);
      if (keyBias && !sharp) {
        clearKeys(ours);
        clearKeys(expected);
      }
      deviations.add(quantity, name, ours, expected);
      return;
    }
    if (keyBias) {
      clearKeys(ours);
    }
    if (zeroGradient.contains(baseName(parameter))) {
      Arrays.fill(ours, 0);
    }
    compareSummary(quantity, name, ours);
  }

  private void compareStored(String quantity, String name, double[] ours) {
    if (names.contains(name)) {
      compare(quantity, name, ours);
    } else if (names.contains(name + "#norm")) {
      compareSummary(quantity, name, ours);
    } else {
      throw new ModelException("expected.safetensors holds no " + name);
    }
  }

  private void compareSummary(String quantity, String name, double[] ours) {
    double norm = Math.sqrt(Arrays.stream(ours).map(value -> value * value).sum());
    compare(quantity, name + "#norm", new double[] {norm});
    compare(quantity, name + "#sample", sample(ours));
  }

  /** Rounds as NumPy's linspace does: a multiple of the step, not a quotient. */
  private static double[] sample(double[] values) {
    int count = Math.min(values.length, SAMPLES);
    double step = (values.length - 1) / Math.max(1.0, count - 1);
    double[] sample = new double[count];
    for (int i = 0; i < count; i++) {
      boolean last = i == count - 1;
      sample[i] = values[last ? values.length - 1 : (int) Math.floor(i * step)];
    }
    return sample;
  }

  private static void clearKeys(double[] bias) {
    Arrays.fill(bias, bias.length / 3, 2 * bias.length / 3, 0);
  }

  private static String baseName(String parameter) {
    return parameter.replaceFirst("^momentum_encoder\\.", "base_encoder.");
  }
}
