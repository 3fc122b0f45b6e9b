package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.method.Query;
import io.mocov3.model.method.Targets;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.ViewPair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** One term after the other against one backward of their sum. */
class TwoTermStepTest {

  @Test
  void theGradientsAreThoseOfTheSumBitForBit() {
    try (TrainingStep model = Tiny.model(Tiny.config(PatchProjectionKind.LEARNED), 1);
        PointerScope scope = new PointerScope()) {
      ViewPair x = Tiny.views(1);
      ContrastiveLoss loss = new ContrastiveLoss(0.2);
      try (Pending step = model.begin(x, new Rates(1e-3, 0.99));
          Targets targets = model.targets(step)) {
        ViewPair k = targets.keys().orElseThrow();
        Query q1 = query(model, x.first());
        Query q2 = query(model, x.second());
        Tensor sum = loss.ctr(q1.query(), k.second()).add(loss.ctr(q2.query(), k.first()));
        sum.backward();
        Map<String, double[]> joint = takeGradients(model);

        model.backward(step, targets);
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
    try (TrainingStep model = Tiny.model(1);
        PointerScope scope = new PointerScope()) {
      assertThat(model.run(Tiny.views(1), new Rates(1e-3, 0.99))).isPositive();
      assertThat(model.takeLoss()).isZero();
    }
  }

  private static Query query(TrainingStep model, Tensor view) {
    return model.method().queries(List.of(model.method().features(view))).getFirst();
  }

  private static Map<String, double[]> takeGradients(TrainingStep model) {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    for (Entry entry : model.trained()) {
      gradients.put(entry.name(), Tiny.numbers(entry.tensor().grad()));
      entry.tensor().mutable_grad().reset();
    }
    return gradients;
  }
}
