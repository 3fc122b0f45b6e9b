package io.mocov3.model.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.evaluation.KnnClassifier.Setting;
import io.mocov3.model.safetensors.SafetensorsFile;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Kind {@code knn}: predictions and scores for several k and temperatures. */
final class KnnFixture {
  private KnnFixture() {}

  static Deviations run(Fixture fixture) {
    JsonNode tolerance = fixture.field("tolerance");
    Deviations scores = new Deviations(tolerance);
    Deviations equal = new Deviations(DoubleNode.valueOf(0));
    try (PointerScope scope = new PointerScope();
        SafetensorsFile inputs = fixture.open("inputs.safetensors");
        SafetensorsFile expected = fixture.open("expected.safetensors");
        KnnClassifier classifier =
            new KnnClassifier(
                fixture.tensor(inputs, "train.features"),
                fixture.tensor(inputs, "train.labels"),
                fixture.field("classes").asInt())) {
      Tensor queries = fixture.tensor(inputs, "test.features");
      Tensor truth = fixture.tensor(inputs, "test.labels");
      for (JsonNode item : fixture.field("cases")) {
        Setting setting = new Setting(item.path("k").asInt(), item.path("temperature").asDouble());
        String name = "k" + item.path("k").asText() + ".T" + item.path("temperature").asText();
        Tensor ours = classifier.scores(queries, List.of(setting)).get(setting);
        scores.add(
            "scores", name, Fixture.numbers(ours), Fixture.numbers(expected, name + ".scores"));
        equal.add(
            "prediction",
            name,
            differing(
                Fixture.numbers(KnnClassifier.predictions(ours)),
                Fixture.numbers(expected, name + ".prediction")));
        double accuracy =
            classifier.accuracies(queries, truth, List.of(setting)).getOrDefault(setting, -1.0);
        equal.add("accuracy", name, Math.abs(accuracy - item.path("accuracy").asDouble()));
      }
    }
    scores.quantities().putAll(equal.quantities());
    return scores;
  }

  private static double differing(double[] ours, double[] expected) {
    int count = Math.abs(ours.length - expected.length);
    for (int i = 0; i < Math.min(ours.length, expected.length); i++) {
      count += ours[i] == expected[i] ? 0 : 1;
    }
    return count;
  }
}
