package io.mocov3.model.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.model.ModelException;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.nn.Weights.Kind;
import io.mocov3.model.optim.AdamWConfig;
import io.mocov3.model.optim.DecayExclusion;
import io.mocov3.model.optim.LambConfig;
import io.mocov3.model.optim.LarsConfig;
import io.mocov3.model.optim.Optimizer;
import io.mocov3.model.optim.OptimizerConfig;
import io.mocov3.model.optim.StableAdamWConfig;
import io.mocov3.model.safetensors.SafetensorsFile;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Kind {@code optimizer}: the value of every parameter after each step with given gradients. */
final class OptimizerFixture {
  private OptimizerFixture() {}

  static Deviations run(Fixture fixture) {
    Deviations deviations = new Deviations(fixture.field("tolerance"));
    JsonNode rates = fixture.field("learning_rates");
    try (PointerScope scope = new PointerScope();
        SafetensorsFile trace = fixture.open("trace.safetensors")) {
      List<Entry> parameters = new ArrayList<>();
      fixture
          .field("parameters")
          .fieldNames()
          .forEachRemaining(
              name -> {
                Tensor value = fixture.tensor(trace, "initial." + name);
                value.set_requires_grad(true);
                parameters.add(new Entry(name, value, Kind.TRAINED, layer(name)));
              });
      try (Optimizer optimizer = Optimizer.of(parameters, config(fixture))) {
        for (int step = 0; step < rates.size(); step++) {
          for (Entry parameter : parameters) {
            String name = "step." + step + ".gradient." + parameter.name();
            parameter.tensor().mutable_grad().put(fixture.tensor(trace, name));
          }
          optimizer.step(rates.get(step).asDouble());
          if (fixture.json().has("update_rms")) {
            compareRms(deviations, optimizer, fixture.field("update_rms").get(step), step);
          }
          for (Entry parameter : parameters) {
            String name = "step." + step + ".value." + parameter.name();
            deviations.add(
                "value", name, Fixture.numbers(parameter.tensor()), Fixture.numbers(trace, name));
          }
        }
      }
    }
    return deviations;
  }

  private static void compareRms(
      Deviations deviations, Optimizer optimizer, JsonNode expected, int step) {
    double[] ours = Fixture.numbers(optimizer.updateRms().orElseThrow());
    double[] theirs =
        optimizer.parameters().stream()
            .mapToDouble(parameter -> expected.path(parameter.name()).asDouble())
            .toArray();
    deviations.add("update_rms", "step." + step + ".update_rms", ours, theirs);
  }

  static OptimizerConfig config(Fixture fixture) {
    JsonNode optimizer = fixture.field("optimizer");
    double weightDecay = fixture.field(optimizer, "weight_decay").asDouble();
    String name = fixture.field(optimizer, "name").asText();
    return switch (name) {
      case "adamw" ->
          new AdamWConfig(
              beta(fixture, 0), beta(fixture, 1), epsilon(fixture), weightDecay, spared(optimizer));
      case "stable-adamw" ->
          new StableAdamWConfig(
              beta(fixture, 0), beta(fixture, 1), epsilon(fixture), weightDecay, spared(optimizer));
      case "lamb" ->
          new LambConfig(
              beta(fixture, 0),
              beta(fixture, 1),
              epsilon(fixture),
              weightDecay,
              spared(optimizer),
              optimizer.path("max_gradient_norm").asDouble(0));
      case "lars" ->
          new LarsConfig(
              fixture.field(optimizer, "momentum").asDouble(),
              fixture.field(optimizer, "trust_coefficient").asDouble(),
              weightDecay,
              Fixture.choice(LarsConfig.Form.class, optimizer.path("form"), "reference"));
      default ->
          throw new ModelException(
              fixture.folder()
                  + ": optimizer "
                  + name
                  + " is not one of adamw, stable-adamw, lars, lamb");
    };
  }

  private static double beta(Fixture fixture, int index) {
    return fixture.field(fixture.field("optimizer"), "betas").path(index).asDouble();
  }

  private static double epsilon(Fixture fixture) {
    return fixture.field(fixture.field("optimizer"), "eps").asDouble();
  }

  /** A fixture knows tensors by the reference's names alone. */
  private static String layer(String name) {
    return name.endsWith("cls_token") || name.endsWith("pos_embed") ? Layers.TOKENS : Layers.ALL;
  }

  private static DecayExclusion spared(JsonNode optimizer) {
    return Fixture.choice(DecayExclusion.class, optimizer.path("decay_exclusion"), "none");
  }
}
