package io.mocov3.model.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.model.AdamW;
import io.mocov3.model.AdamWConfig;
import io.mocov3.model.ModelException;
import io.mocov3.model.Weights.Entry;
import io.mocov3.model.Weights.Kind;
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
                parameters.add(new Entry(name, value, Kind.TRAINED));
              });
      try (AdamW optimizer = new AdamW(parameters, adamW(fixture))) {
        for (int step = 0; step < rates.size(); step++) {
          for (Entry parameter : parameters) {
            String name = "step." + step + ".gradient." + parameter.name();
            parameter.tensor().mutable_grad().put(fixture.tensor(trace, name));
          }
          optimizer.step(rates.get(step).asDouble());
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

  /**
   * @throws ModelException when the fixture asks for another optimizer
   */
  static AdamWConfig adamW(Fixture fixture) {
    JsonNode optimizer = fixture.field("optimizer");
    String name = fixture.field(optimizer, "name").asText();
    if (!name.equals("adamw")) {
      throw new ModelException(
          fixture.folder() + ": optimizer " + name + " is not supported yet; supported: adamw");
    }
    return new AdamWConfig(
        fixture.field(optimizer, "betas").get(0).asDouble(),
        fixture.field(optimizer, "betas").get(1).asDouble(),
        fixture.field(optimizer, "eps").asDouble(),
        fixture.field(optimizer, "weight_decay").asDouble());
  }
}
