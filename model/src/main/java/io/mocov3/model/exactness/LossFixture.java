package io.mocov3.model.exactness;

import io.mocov3.model.ModelException;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.loss.NtXentLoss;
import io.mocov3.model.loss.RegressionLoss;
import io.mocov3.model.loss.Sinkhorn;
import io.mocov3.model.loss.SwappedPredictionLoss;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.tensor.ViewPair;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Kind {@code loss}: the value of a method's loss and its gradients by given embeddings. */
final class LossFixture {
  private final Fixture fixture;
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> codes = new LinkedHashMap<>();

  LossFixture(Fixture fixture) {
    this.fixture = fixture;
  }

  Deviations run() {
    Deviations deviations = new Deviations(fixture.field("tolerance"));
    try (PointerScope scope = new PointerScope();
        SafetensorsFile given = fixture.open("inputs.safetensors");
        SafetensorsFile expected = fixture.open("expected.safetensors")) {
      for (String name : given.names()) {
        boolean target = name.startsWith("k");
        inputs.put(name, fixture.tensor(given, name).set_requires_grad(!target));
      }
      Tensor loss = loss();
      loss.backward();
      for (String name : expected.names()) {
        String quantity = name.replaceFirst("\\..*|\\d$", "");
        Tensor ours =
            switch (quantity) {
              case "loss" -> loss;
              case "gradient" -> input(name.substring("gradient.".length())).grad();
              case "code" -> codes.get(name);
              default ->
                  throw new ModelException(
                      fixture.folder() + ": expected " + name + " is not known");
            };
        deviations.add(quantity, name, Fixture.numbers(ours), Fixture.numbers(expected, name));
      }
    }
    return deviations;
  }

  private Tensor loss() {
    String method = fixture.field("method").asText();
    return switch (method) {
      case "moco-v3" -> {
        ContrastiveLoss loss = new ContrastiveLoss(number("temperature"));
        yield loss.ctr(input("q1"), input("k2")).add(loss.ctr(input("q2"), input("k1")));
      }
      case "simclr" -> {
        ViewPair z =
            new ViewPair(
                ContrastiveLoss.normalize(input("z1")), ContrastiveLoss.normalize(input("z2")));
        yield new NtXentLoss(number("temperature")).of(z, z, 0);
      }
      case "byol" ->
          RegressionLoss.of(input("q1"), input("k2"))
              .add(RegressionLoss.of(input("q2"), input("k1")));
      case "swav" -> swav();
      default -> throw fixture.unknownMethod(method);
    };
  }

  private Tensor swav() {
    Sinkhorn sinkhorn = fixture.sinkhorn();
    Tensor first = SwappedPredictionLoss.scores(input("z1"), input("prototypes"));
    Tensor second = SwappedPredictionLoss.scores(input("z2"), input("prototypes"));
    codes.put("code1", sinkhorn.codes(first));
    codes.put("code2", sinkhorn.codes(second));
    SwappedPredictionLoss loss = new SwappedPredictionLoss(number("temperature"));
    return loss.of(second, codes.get("code1"))
        .add(loss.of(first, codes.get("code2")))
        .div(new Scalar(2.0));
  }

  private Tensor input(String name) {
    Tensor input = inputs.get(name);
    if (input == null) {
      throw new ModelException(fixture.folder() + "/inputs.safetensors holds no " + name);
    }
    return input;
  }

  private double number(String name) {
    return fixture.field(name).asDouble();
  }
}
