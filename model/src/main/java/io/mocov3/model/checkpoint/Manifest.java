package io.mocov3.model.checkpoint;

import io.mocov3.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a checkpoint holds; written last, so that its presence says the rest is complete. */
record Manifest(long step, String created, Map<String, Digest> files) {
  static final String NAME = "manifest.json";
  private static final List<String> REQUIRED =
      List.of(Checkpoint.MODEL, Checkpoint.OPTIMIZER, Checkpoint.TRAINER);

  Manifest {
    files = files == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  static Manifest read(Path checkpoint) {
    Path file = checkpoint.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      throw new ModelException(file + ": missing, so the checkpoint is not complete");
    }
    return Json.read(file, Manifest.class);
  }

  void verify(long expectedStep, Path checkpoint) {
    if (step != expectedStep) {
      throw new ModelException(
          "%s: step is %d, but the directory's is %d"
              .formatted(checkpoint.resolve(NAME), step, expectedStep));
    }
    for (String name : REQUIRED) {
      if (files.get(name) == null) {
        throw new ModelException(checkpoint.resolve(NAME) + ": does not list " + name);
      }
    }
    for (Map.Entry<String, Digest> file : files.entrySet()) {
      if (file.getValue() == null
          || !Path.of(file.getKey()).equals(Path.of(file.getKey()).getFileName())) {
        throw new ModelException(
            "%s: does not list %s as it should".formatted(checkpoint.resolve(NAME), file.getKey()));
      }
      verify(checkpoint.resolve(file.getKey()), file.getValue());
    }
  }

  private static void verify(Path file, Digest expected) {
    if (!Files.isRegularFile(file)) {
      throw new ModelException(file + ": missing, but the manifest lists it");
    }
    try {
      long bytes = Files.size(file);
      if (bytes != expected.bytes()) {
        throw new ModelException(
            "%s: %d bytes, but the manifest says %d".formatted(file, bytes, expected.bytes()));
      }
      String sha256 = Digest.ofReading(file).sha256();
      if (!sha256.equals(expected.sha256())) {
        throw new ModelException(
            "%s: SHA-256 is %s, but the manifest says %s"
                .formatted(file, sha256, expected.sha256()));
      }
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
