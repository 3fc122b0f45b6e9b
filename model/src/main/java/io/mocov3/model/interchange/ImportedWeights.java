package io.mocov3.model.interchange;

import io.mocov3.model.ModelException;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights of a safetensors file under the reference's names, whatever names the file has. The
 * tensors are views of the file and valid until it is closed.
 */
public final class ImportedWeights implements AutoCloseable {
  private static final String BASE = "base_encoder.";

  /** What a folder of weights calls them. */
  public static final String FILE_NAME = "model.safetensors";

  private static final Pattern CLASSIFIER =
      Pattern.compile(
          "(head|fc|head_dist|classifier|pooler\\.dense|mask_token)(\\.weight|\\.bias)?");
  private static final Pattern PART =
      Pattern.compile("encoder\\.layer\\.(\\d+)\\.attention\\.attention\\.(\\w+)\\.(weight|bias)");

  private final SafetensorsFile file;
  private final Path path;
  private final Layout layout;
  private final SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
  private final List<String> ignored = new ArrayList<>();

  private ImportedWeights(Path path, SafetensorsFile file) {
    this.path = path;
    this.file = file;
    layout = Layout.of(file.names());
    if (layout == null) {
      throw new ModelException(
          path
              + ": names no tensors of the reference, timm or transformers; its first ones are "
              + file.names().stream().limit(3).toList());
    }
    for (String name : file.names()) {
      if (name.endsWith("num_batches_tracked") || isClassifier(name)) {
        ignored.add(name);
      } else {
        read(name);
      }
    }
    padPositions();
  }

  /**
   * Opens a file, or the {@value #FILE_NAME} of a folder.
   *
   * @throws ModelException in one line when it is missing, damaged or of no known layout
   */
  public static ImportedWeights open(Path fileOrFolder) {
    Path path = Files.isDirectory(fileOrFolder) ? fileOrFolder.resolve(FILE_NAME) : fileOrFolder;
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      return new ImportedWeights(path, file);
    } catch (ModelException e) {
      file.close();
      throw e;
    }
  }

  public Path path() {
    return path;
  }

  public Layout layout() {
    return layout;
  }

  /** {@code base_encoder.*}, and {@code momentum_encoder.*} and {@code predictor.*} if there. */
  public SequencedMap<String, TensorData> tensors() {
    return tensors;
  }

  /** Names in the file that no encoder has: classifiers and counters. */
  public List<String> ignored() {
    return List.copyOf(ignored);
  }

  @Override
  public void close() {
    file.close();
  }

  private boolean isClassifier(String name) {
    String plain = name.startsWith("embeddings.") ? name.substring("embeddings.".length()) : name;
    return layout != Layout.REFERENCE && CLASSIFIER.matcher(plain).matches();
  }

  private void read(String name) {
    switch (layout) {
      case REFERENCE ->
          put(name.startsWith("module.") ? name.substring("module.".length()) : name, name);
      case TIMM -> put(BASE + name, name);
      case HUGGINGFACE -> readHuggingFace(name);
    }
  }

  private void readHuggingFace(String name) {
    String saved = HuggingFaceNames.asSaved(name);
    Matcher part = PART.matcher(saved);
    if (!part.matches()) {
      put(BASE + HuggingFaceNames.toTimm(saved), name);
      return;
    }
    String joined = "%sblocks.%s.attn.qkv.%s".formatted(BASE, part.group(1), part.group(3));
    if (!tensors.containsKey(joined)) {
      tensors.put(joined, QueryKeyValue.join(path, file, name, part.group(2)));
    }
  }

  private void put(String ours, String name) {
    tensors.put(ours, file.get(name));
  }

  /** Other libraries leave out the class token's position where there is no class token. */
  private void padPositions() {
    TensorData positions = tensors.get(BASE + "pos_embed");
    if (positions != null && (positions.shape().length != 3 || positions.numel() == 0)) {
      throw new ModelException(
          path + ": pos_embed " + positions + " is not of the form [1, positions, width]");
    }
    if (layout == Layout.TIMM && positions != null && !tensors.containsKey(BASE + "cls_token")) {
      tensors.put(BASE + "pos_embed", Positions.withClassToken(positions));
    }
  }
}
