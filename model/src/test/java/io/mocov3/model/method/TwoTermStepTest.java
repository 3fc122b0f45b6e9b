package io.mocov3.model.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.ViewPair;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** One term after the other against one backward of their sum. */
class TwoTermStepTest {

  @Test
  void theGradientsAreThoseOfTheSumBitForBit() {
    try (MoCoV3 model = Tiny.model(Tiny.config(PatchProjectionKind.LEARNED), 1);
        PointerScope scope = new PointerScope()) {
      ViewPair x = Tiny.views(1);
      ContrastiveLoss loss = new ContrastiveLoss(0.2);
      try (ViewPair k = model.keys(x, 0.99)) {
        Query q1 = model.query(x.first());
        Query q2 = model.query(x.second());
        Tensor sum = loss.ctr(q1.query(), k.second()).add(loss.ctr(q2.query(), k.first()));
        sum.backward();
        Map<String, double[]> joint = takeGradients(model);

        model.backward(model.query(x.first()), k.second());
        model.backward(model.query(x.second()), k.first());
        Map<String, double[]> apart = takeGradients(model);

        assertThat(model.takeLoss()).isEqualTo(sum.item_double());
        assertThat(apart).hasSameSizeAs(joint).isNotEmpty();
        joint.forEach(
            (name, gradient) ->
                assertThat(apart.get(name)).as(name).isEqualTo(gradient).isNotEmpty());
      }
    }
  }

  @Test
  void theLossIsTakenOnce() {
    try (MoCoV3 model = Tiny.model(1);
        PointerScope scope = new PointerScope()) {
      assertThat(model.step(Tiny.views(1), 1e-3, 0.99)).isPositive();
      assertThat(model.takeLoss()).isZero();
    }
  }

  private static Map<String, double[]> takeGradients(MoCoV3 model) {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    for (Entry entry : model.trained()) {
      gradients.put(entry.name(), Tiny.numbers(entry.tensor().grad()));
      entry.tensor().mutable_grad().reset();
    }
    return gradients;
  }
}
