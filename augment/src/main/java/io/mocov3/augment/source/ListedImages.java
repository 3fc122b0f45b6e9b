package io.mocov3.augment.source;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.ImageCodec;
import io.mocov3.augment.codec.NeededRows;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A table of images: a CSV file, or TSV where the name says so, with a line of names first: {@code
 * path} (relative to the table), {@code label} where there are labels and, if wanted, {@code
 * sha256}, which is held against the file on every read. Labels may be any text; whole numbers are
 * put in order as numbers. All images have one or none has.
 */
public final class ListedImages implements ImageSource {
  private final Path folder;
  private final List<String> paths;
  private final List<Optional<String>> checksums;
  private final TextLabels labels;
  private final long pixelLimit;
  private final FileStorage storage;

  private ListedImages(
      Path folder,
      List<String> paths,
      List<String> labels,
      List<Optional<String>> checksums,
      long pixelLimit) {
    this.folder = folder;
    this.paths = paths;
    this.checksums = checksums;
    this.pixelLimit = pixelLimit;
    this.storage =
        new FileStorage(
            folders(folder, paths), paths.size(), index -> folder.resolve(paths.get(index)));
    this.labels =
        labels.getFirst().isEmpty() ? TextLabels.none(labels.size()) : TextLabels.distinct(labels);
  }

  /**
   * Reads the table; images are opened when they are needed.
   *
   * @throws DataException when it cannot be read, lacks a column, or has no line
   */
  public static ListedImages open(Path table, long pixelLimit) {
    char separator = table.toString().endsWith(".csv") ? ',' : '\t';
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setDelimiter(separator)
            .setHeader()
            .setSkipHeaderRecord(true)
            .setTrim(true)
            .get();
    List<String> paths = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    List<Optional<String>> checksums = new ArrayList<>();
    try (Reader reader = Files.newBufferedReader(table);
        CSVParser parser = format.parse(reader)) {
      if (!parser.getHeaderNames().contains("path")) {
        throw new DataException(
            "%s has no column \"path\" in its first line, which is %s; name the columns path, label"
                .formatted(table, parser.getHeaderNames()));
      }
      for (CSVRecord line : parser) {
        String label = line.isSet("label") ? line.get("label") : "";
        boolean like = labels.isEmpty() || labels.getFirst().isEmpty() == label.isEmpty();
        if (!line.isSet("path") || line.get("path").isEmpty() || !like) {
          throw new DataException(
              "%s line %d has no path, or one of it and the first image has a label and the other none"
                  .formatted(table, parser.getCurrentLineNumber()));
        }
        paths.add(line.get("path"));
        labels.add(label);
        boolean checked = line.isSet("sha256") && !line.get("sha256").isEmpty();
        checksums.add(checked ? Optional.of(line.get("sha256")) : Optional.empty());
      }
    } catch (IOException | UncheckedIOException | IllegalArgumentException failure) {
      throw new DataException(table + " cannot be read: " + failure.getMessage(), failure);
    }
    if (paths.isEmpty()) {
      throw new DataException(table + " has no line after the first; name one image a line");
    }
    Path folder = Optional.ofNullable(table.toAbsolutePath().getParent()).orElseThrow();
    return new ListedImages(folder, paths, labels, checksums, pixelLimit);
  }

  @Override
  public int size() {
    return labels.size();
  }

  @Override
  public List<String> classNames() {
    return labels.names();
  }

  @Override
  public int label(int index) {
    return labels.of(index);
  }

  @Override
  public String id(int index) {
    return paths.get(index);
  }

  @Override
  public Optional<Path> file(int index) {
    return Optional.of(folder.resolve(paths.get(index)));
  }

  @Override
  public Decoded decode(int index, Canvas canvas) {
    return decode(index, canvas, NeededRows.ALL);
  }

  @Override
  public Decoded decode(int index, Canvas canvas, NeededRows needed) {
    String id = paths.get(index);
    try {
      return ImageCodec.read(
          folder.resolve(id), id, pixelLimit, checksums.get(index), canvas, needed);
    } catch (IOException failure) {
      return storage.unreadable(index, id, failure);
    }
  }

  @Override
  public void requireAvailable() {
    storage.requireAvailable();
  }

  @Override
  public void close() {}

  /** The table's folder and, where the images lie elsewhere, the one that holds all of them. */
  private static List<Path> folders(Path folder, List<String> paths) {
    Path common = folder.resolve(paths.getFirst()).normalize().getParent();
    for (String path : paths) {
      Path file = folder.resolve(path).normalize();
      while (!file.startsWith(common)) {
        common = common.getParent();
      }
    }
    return Files.isDirectory(common) ? List.of(folder, common) : List.of(folder);
  }
}
