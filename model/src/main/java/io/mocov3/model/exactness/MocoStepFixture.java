package io.mocov3.model.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.model.ModelException;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.method.Query;
import io.mocov3.model.method.Targets;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.step.TrainingStep.Verdict;
import io.mocov3.model.tensor.ViewPair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Kind {@code moco-step}: a few training steps through the same methods that training uses, with
 * every intermediate compared.
 */
final class MocoStepFixture {
  private final Fixture fixture;
  private final Set<String> zeroGradient;
  private final Deviations deviations;

  MocoStepFixture(Fixture fixture) {
    this.fixture = fixture;
    this.deviations = new Deviations(fixture.field("tolerance").path(fixture.width().label()));
    this.zeroGradient =
        texts(fixture.json().path("zero_gradient_parameters")).stream()
            .collect(Collectors.toUnmodifiableSet());
  }

  Deviations run() {
    try (PointerScope scope = new PointerScope();
        SafetensorsFile expected = fixture.open("expected.safetensors");
        TrainingStep model = FixtureModel.build(fixture)) {
      Expected reference = new Expected(expected, deviations, isSharp(), zeroGradient);
      List<String> trained = texts(fixture.field("trained_parameters"));
      reference.sameNames(trained, model.trained().stream().map(Entry::name).toList());
      JsonNode steps = fixture.field("steps");
      double[] losses = new double[steps.size()];
      double[] norms = new double[steps.size() * trained.size()];
      for (int i = 0; i < steps.size(); i++) {
        losses[i] = step(model, i, steps.get(i), trained, norms, reference);
      }
      reference.compare("losses", "losses", losses);
      reference.compareNorms(trained, norms);
      finals(model).forEach(reference::compareFinal);
      return deviations;
    }
  }

  private double step(
      TrainingStep model,
      int index,
      JsonNode step,
      List<String> trained,
      double[] norms,
      Expected reference) {
    try (PointerScope scope = new PointerScope();
        ViewPair views = views(index)) {
      double momentum = step.path("momentum").asDouble();
      Rates rates = new Rates(step.path("learning_rate").asDouble(), momentum);
      try (Pending pending = model.begin(views, rates);
          Targets targets = model.targets(pending)) {
        List<Query> queries = new ArrayList<>();
        while (queries.size() < 2) {
          queries.addAll(model.queries(pending));
        }
        if (index == 0) {
          reference.compareForward(
              1, gathered(queries.getFirst()), targets.keys().map(ViewPair::first));
          reference.compareForward(
              2, gathered(queries.get(1)), targets.keys().map(ViewPair::second));
        }
        model.backward(pending, targets);
        Map<String, Tensor> gradients = gradients(model);
        if (index == 0) {
          gradients.forEach(reference::compareGradient);
        }
        for (int i = 0; i < trained.size(); i++) {
          norms[index * trained.size() + i] = norm(gradients.get(trained.get(i)));
        }
        model.finish(pending, Verdict.APPLY);
        return model.takeLoss();
      }
    }
  }

  private ViewPair views(int step) {
    try (SafetensorsFile inputs = fixture.open("inputs.safetensors")) {
      return part(
          FixturePixels.views(
              inputs.get("views"),
              inputs.contains("small") ? Optional.of(inputs.get("small")) : Optional.empty(),
              step,
              numbers(fixture.field("mean")),
              numbers(fixture.field("std")),
              fixture.placement()));
    }
  }

  /** What this rank has of whole views, which are taken over. */
  private ViewPair part(ViewPair whole) {
    Group group = fixture.way().group();
    long rows = whole.first().size(0) / group.size();
    if (rows * group.size() != whole.first().size(0)) {
      throw new ModelException(
          "%s: a batch of %d cannot be cut over %d ranks"
              .formatted(fixture.folder(), whole.first().size(0), group.size()));
    }
    long from = group.rank() * rows;
    try (whole) {
      return new ViewPair(
              whole.first().narrow(0, from, rows),
              whole.second().narrow(0, from, rows),
              whole.small().stream().map(crop -> crop.narrow(0, from, rows)).toList())
          .retained();
    }
  }

  /** Of all ranks. */
  private Query gathered(Query part) {
    Group group = fixture.way().group();
    return new Query(
        group.gather(part.features()), group.gather(part.projection()), group.gather(part.query()));
  }

  private boolean isSharp() {
    return fixture.width() == Fixtures.Width.FLOAT64;
  }

  private static Map<String, Tensor> gradients(TrainingStep model) {
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    model.trained().forEach(entry -> gradients.put(entry.name(), entry.tensor().grad()));
    return gradients;
  }

  private static Map<String, Tensor> finals(TrainingStep model) {
    Map<String, Tensor> finals = new LinkedHashMap<>();
    model.tensors().forEach((name, tensor) -> finals.put("final." + name, tensor));
    model.optimizer().state().forEach((name, tensor) -> finals.put("final.state." + name, tensor));
    return finals;
  }

  private static double norm(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      return tensor.norm().item_double();
    }
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static List<Double> numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asDouble).toList();
  }
}
