package io.mocov3.app.weights;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.mocov3.model.interchange.ImportedWeights;
import io.mocov3.model.interchange.ModelDescription;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** What a set of weights, and the JSON files beside it, tell of an experiment. */
public final class ImportedExperiment {
  private ImportedExperiment() {}

  /** The network and the normalisation of its images. */
  public static Config of(Path weights) {
    try (ImportedWeights imported = ImportedWeights.open(weights)) {
      return conf(keys(imported, OptionalInt.empty()), weights);
    }
  }

  /** The same, key by key, under {@code mocov3}. */
  static Map<String, Object> keys(ImportedWeights imported, OptionalInt heads) {
    Map<String, Object> keys = new LinkedHashMap<>();
    ModelDescription.of(imported, heads).forEach((key, value) -> keys.put("model." + key, value));
    keys.putAll(ModelDescription.normalisation(imported));
    return keys;
  }

  static Config conf(Map<String, Object> keys, Path weights) {
    Config conf = ConfigFactory.empty();
    for (Map.Entry<String, Object> key : keys.entrySet()) {
      conf =
          conf.withValue(
              "mocov3." + key.getKey(),
              ConfigValueFactory.fromAnyRef(key.getValue(), weights.toString()));
    }
    return conf;
  }
}
