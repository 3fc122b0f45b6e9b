package io.mocov3.augment.webdataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.augment.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/** Where the images of one shard lie and how they are labelled, and as text of one line each. */
record ShardIndex(List<Sample> samples) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HEADER = "mocov3 shard index 1\t";
  private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "png", "webp", "bmp");
  private static final List<String> JSON_LABELS = List.of("label", "cls", "class");
  private static final int LABEL_LIMIT = 1 << 20;

  /** One image of the shard: its bytes in the archive; an empty label when there is none. */
  record Sample(String name, String label, long offset, long length) {}

  ShardIndex {
    samples = List.copyOf(samples);
  }

  /**
   * Reads all headers of a tar file. Files whose names agree up to the first dot are one sample: an
   * image, and a {@code .cls} or {@code .json} with its label.
   */
  static ShardIndex of(FileChannel channel, String place) throws IOException {
    Map<String, Sample> images = new LinkedHashMap<>();
    Map<String, String> labels = new LinkedHashMap<>();
    try (TarFile tar = new TarFile(channel)) {
      for (TarArchiveEntry entry : tar.getEntries()) {
        if (!entry.isFile()) {
          continue;
        }
        String name = entry.getName();
        int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
        String key = dot < 0 ? name : name.substring(0, dot);
        String extension = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
        if (IMAGES.contains(extension)) {
          images.put(key, new Sample(name, "", entry.getDataOffset(), entry.getSize()));
        } else if (entry.getSize() <= LABEL_LIMIT) {
          label(tar, entry, extension).ifPresent(label -> labels.put(key, label));
        }
      }
    } catch (IOException | RuntimeException damaged) {
      throw new DataException(
          place + " is no complete tar file: " + damaged.getMessage() + "; fetch it again",
          damaged);
    }
    List<Sample> samples = new ArrayList<>();
    images.forEach(
        (key, image) ->
            samples.add(
                new Sample(image.name, labels.getOrDefault(key, ""), image.offset, image.length)));
    return new ShardIndex(samples);
  }

  private static Optional<String> label(TarFile tar, TarArchiveEntry entry, String extension)
      throws IOException {
    if (!extension.equals("cls") && !extension.equals("json")) {
      return Optional.empty();
    }
    byte[] bytes;
    try (InputStream in = tar.getInputStream(entry)) {
      bytes = in.readAllBytes();
    }
    if (extension.equals("cls")) {
      return Optional.of(new String(bytes, StandardCharsets.UTF_8).strip());
    }
    JsonNode json = JSON.readTree(bytes);
    return JSON_LABELS.stream()
        .filter(json::hasNonNull)
        .map(field -> json.get(field).asText())
        .findFirst();
  }

  /** As text; {@code identity} says which version of the shard it belongs to. */
  String toText(String identity) {
    StringBuilder text = new StringBuilder(HEADER).append(identity).append('\n');
    for (Sample sample : samples) {
      text.append(sample.offset).append('\t').append(sample.length).append('\t');
      text.append(sample.label).append('\t').append(sample.name).append('\n');
    }
    return text.toString();
  }

  /** From text; empty when it is of another version or not an index. */
  static Optional<ShardIndex> parse(String text, String identity) {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(HEADER + identity)) {
      return Optional.empty();
    }
    List<Sample> samples = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] parts = line.split("\t", 4);
      if (parts.length < 4 || !isPlace(parts[0]) || !isPlace(parts[1])) {
        return Optional.empty();
      }
      samples.add(
          new Sample(parts[3], parts[2], Long.parseLong(parts[0]), Long.parseLong(parts[1])));
    }
    return Optional.of(new ShardIndex(samples));
  }

  /** An offset or a length. */
  private static boolean isPlace(String text) {
    return text.matches("\\d{1,18}");
  }

  /** Whether every line can be read back. */
  boolean isPlain() {
    return samples.stream().noneMatch(s -> (s.name + s.label).matches("(?s).*[\t\n\r].*"));
  }
}
