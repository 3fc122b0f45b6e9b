package io.mocov3.model.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mocov3.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a checkpoint holds; written last, so that its presence says the rest is complete.
 *
 * @param scheduled whether it was due by its step; older versions did not say
 * @param sum SHA-256 of the manifest's own text with an empty one; older versions had none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Manifest(
    long step, String created, Boolean scheduled, Map<String, Digest> files, String sum) {
  static final String NAME = "manifest.json";
  private static final List<String> REQUIRED =
      List.of(Checkpoint.MODEL, Checkpoint.OPTIMIZER, Checkpoint.TRAINER);

  Manifest {
    files = files == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  /** With the sum of its text. */
  static Manifest of(long step, String created, boolean scheduled, Map<String, Digest> files) {
    Manifest blank = new Manifest(step, created, scheduled, files, "");
    return blank.with(Digest.of(Json.write(blank)).sha256());
  }

  private Manifest with(String newSum) {
    return new Manifest(step, created, scheduled, files, newSum);
  }

  /** One that does not say so was due by its step. */
  boolean wasDue() {
    return scheduled == null || scheduled;
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
    verifyText(checkpoint.resolve(NAME));
  }

  /** Whatever changed in the text shows: in what it says, or in how it says it. */
  private void verifyText(Path file) {
    try {
      boolean same = Arrays.equals(Files.readAllBytes(file), Json.write(this));
      if (!same || (sum != null && !sum.equals(Digest.of(Json.write(with(""))).sha256()))) {
        throw new ModelException(file + ": is not what was written");
      }
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
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
