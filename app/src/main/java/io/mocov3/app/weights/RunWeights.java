package io.mocov3.app.weights;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.Escaped;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointReader;
import io.mocov3.model.interchange.ImportedWeights;
import io.mocov3.model.interchange.WeightLoader;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.TensorCodec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Puts the base encoder of a run's newest checkpoint, or of a weights file, into a network. */
public final class RunWeights {
  private static final String BASE = "base_encoder.";

  private RunWeights() {}

  /** Changes nothing in the run, which may be training. */
  public static long loadNewest(Path run, Encoder encoder, PrintWriter warnings) {
    Checkpoint newest =
        new CheckpointReader(run.resolve("checkpoints"))
            .newestValid(warning -> warnings.println(Escaped.text(warning)))
            .orElseThrow(
                () ->
                    new SettingsException(
                        run + " has no valid checkpoint yet; train it first or wait for one"));
    try (SafetensorsFile file = newest.model()) {
      load(file, encoder);
    }
    return newest.step();
  }

  /** A file or folder of any known layout; returns what was taken, in one line. */
  static String loadFile(Path weights, Encoder encoder) {
    try (ImportedWeights imported = ImportedWeights.open(weights)) {
      return weights + ": " + WeightLoader.load(imported, encoder);
    }
  }

  private static void load(SafetensorsFile file, Encoder encoder) {
    Map<String, TensorData> base = new LinkedHashMap<>();
    file.names().stream()
        .filter(name -> name.startsWith(BASE))
        .forEach(name -> base.put(name.substring(BASE.length()), file.get(name)));
    TensorCodec.copyAll(base, encoder.weights().tensors());
  }
}
