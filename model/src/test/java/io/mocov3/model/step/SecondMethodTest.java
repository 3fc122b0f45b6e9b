package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.method.Method;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.Query;
import io.mocov3.model.method.Target;
import io.mocov3.model.method.Targets;
import io.mocov3.model.method.Term;
import io.mocov3.model.method.Term.View;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.step.TrainingStep.Verdict;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** All that a second method is: one file, and everything else runs it. */
class SecondMethodTest {

  /** Both views shall have the same projection; nothing keeps it from being a constant. */
  private record Toy(Encoder base) implements Method {

    @Override
    public Tensor features(Tensor view) {
      return base.features(view);
    }

    @Override
    public List<Query> queries(List<Tensor> features) {
      return features.stream().map(this::query).toList();
    }

    private Query query(Tensor features) {
      Tensor projection = base.project(features);
      return new Query(features, projection, projection);
    }

    @Override
    public List<Term> terms() {
      return List.of(new Term(List.of(View.FIRST, View.SECOND)));
    }

    @Override
    public Tensor loss(Term term, List<Query> queries, Targets targets) {
      Tensor first = ContrastiveLoss.normalize(queries.getFirst().query());
      Tensor second = ContrastiveLoss.normalize(queries.getLast().query());
      return first.sub(second).square().sum(1).mean();
    }

    @Override
    public Optional<Target> target() {
      return Optional.empty();
    }

    @Override
    public List<Network> networks() {
      return List.of(new Network("base_encoder.", base.weights(), true));
    }

    @Override
    public void close() {
      base.close();
    }
  }

  private record ToyConfig(BackboneConfig backbone, HeadConfig projector) implements MethodConfig {

    @Override
    public boolean hasTarget() {
      return false;
    }

    @Override
    public long largestMatrix(int batchSize) {
      return 0;
    }

    @Override
    public double lossAtChance(int batchSize) {
      return 2;
    }

    @Override
    public Method create(Precision precision, Placement placement, long seed) {
      return new Toy(new Encoder(backbone, projector, placement, EncoderRole.BASE, seed));
    }
  }

  @Test
  void itLearnsIsMeasuredAndIsWatchedLikeTheFirst() {
    MethodConfig config = new ToyConfig(Tiny.config().backbone(), Tiny.config().projector());
    try (TrainingStep step =
            new TrainingStep(config, new StepConfig(Tiny.ADAM_W), Placement.CPU, 3);
        TrainingState state = new TrainingState(step)) {
      double first = run(step);
      double last = first;
      for (int i = 0; i < 20; i++) {
        last = run(step);
      }

      assertThat(last).isPositive().isLessThan(first / 2);
      assertThat(step.layers())
          .contains("tokens", "block_00", "projector")
          .doesNotContain("predictor");
      assertThat(step.queryKeyDrift()).isZero();
      try (TrainingState.Staged staged = state.stage()) {
        assertThat(staged.completedSteps()).isEqualTo(21);
        assertThat(staged.model()).doesNotContainKey("momentum_encoder.norm.weight").isNotEmpty();
      }
    }
  }

  private static double run(TrainingStep step) {
    try (PointerScope scope = new PointerScope();
        Pending pending = step.begin(Tiny.views(1), new Rates(1e-3, 0.9))) {
      pending.keepEmbeddings();
      try (Targets targets = step.targets(pending)) {
        assertThat(targets.keys()).isEmpty();
        step.queriesAhead(pending);
        step.backward(pending, targets);
      }
      assertThat(pending.embeddings()).hasSize(2);
      StepMeasurement measured = step.measure();
      step.finish(pending, Verdict.APPLY);
      return measured.loss();
    }
  }
}
