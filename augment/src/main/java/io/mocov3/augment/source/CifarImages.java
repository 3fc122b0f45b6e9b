package io.mocov3.augment.source;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * CIFAR's binary files: records of one label byte (two in CIFAR-100: coarse, fine) and 3 x 32 x 32
 * pixels, channel by channel. The names of the classes are read where they lie beside.
 */
public final class CifarImages implements ImageSource {
  private static final int SIDE = 32;
  private static final int PIXELS = SIDE * SIDE;

  private final List<Part> parts;
  private final List<String> classNames;
  private final int size;

  private static final class Part {
    private final String name;
    private final byte[] data;
    private final int labelBytes;
    private final int first;

    Part(String name, byte[] data, int labelBytes, int first) {
      this.name = name;
      this.data = data;
      this.labelBytes = labelBytes;
      this.first = first;
    }

    int record() {
      return labelBytes + 3 * PIXELS;
    }

    int count() {
      return data.length / record();
    }
  }

  private CifarImages(List<Part> parts, List<String> classNames) {
    this.parts = List.copyOf(parts);
    this.classNames = classNames;
    this.size = parts.stream().mapToInt(Part::count).sum();
  }

  /**
   * Reads a file, or the training files of a folder: data_batch_*.bin of CIFAR-10, train.bin of
   * CIFAR-100.
   *
   * @throws DataException when there is no such file or one has another length
   */
  public static CifarImages open(Path path) {
    List<Path> files = Files.isDirectory(path) ? trainingFiles(path) : List.of(path);
    if (files.isEmpty()) {
      throw new DataException(
          path + " has neither data_batch_*.bin nor train.bin; give the path of a .bin file");
    }
    List<Part> parts = new ArrayList<>();
    int first = 0;
    for (Path file : files) {
      Part part = read(file, first);
      first += part.count();
      parts.add(part);
    }
    return new CifarImages(parts, classNames(files.getFirst(), parts));
  }

  public static List<Path> trainingFiles(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(
              file -> file.getFileName().toString().matches("data_batch_\\d+\\.bin|train\\.bin"))
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw new DataException(folder + " cannot be listed: " + failure.getMessage(), failure);
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public int label(int index) {
    Part part = part(index);
    return label(part, index - part.first);
  }

  @Override
  public String id(int index) {
    Part part = part(index);
    return part.name + "#" + (index - part.first);
  }

  @Override
  public Decoded decode(int index, Canvas canvas) {
    Part part = part(index);
    int from = (index - part.first) * part.record() + part.labelBytes;
    byte[] rgb = new byte[3 * PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      rgb[3 * i] = part.data[from + i];
      rgb[3 * i + 1] = part.data[from + PIXELS + i];
      rgb[3 * i + 2] = part.data[from + 2 * PIXELS + i];
    }
    return canvas.paint(id(index), SIDE, SIDE, rgb);
  }

  @Override
  public void close() {}

  private Part part(int index) {
    for (Part part : parts) {
      if (index < part.first + part.count()) {
        return part;
      }
    }
    throw new IndexOutOfBoundsException("sample " + index + " of " + size);
  }

  /** The last label byte: CIFAR-100's fine one. */
  private static int label(Part part, int index) {
    return part.data[index * part.record() + part.labelBytes - 1] & 0xFF;
  }

  private static Part read(Path file, int first) {
    try {
      byte[] data = Files.readAllBytes(file);
      String name = file.getFileName().toString();
      boolean fine = name.equals("train.bin") || name.equals("test.bin");
      Part part = new Part(name, data, fine ? 2 : 1, first);
      if (data.length == 0 || data.length % part.record() != 0) {
        throw new DataException(
            "%s has %d bytes, not a multiple of %d (CIFAR-%d's records); fetch it again"
                .formatted(file, data.length, part.record(), fine ? 100 : 10));
      }
      return part;
    } catch (IOException failure) {
      throw new DataException(file + " cannot be read: " + failure.getMessage(), failure);
    }
  }

  private static List<String> classNames(Path file, List<Part> parts) {
    int classes = 0;
    for (Part part : parts) {
      for (int i = 0; i < part.count(); i++) {
        classes = Math.max(classes, 1 + label(part, i));
      }
    }
    for (String name : List.of("batches.meta.txt", "fine_label_names.txt")) {
      Path names = file.resolveSibling(name);
      if (Files.isReadable(names)) {
        try {
          List<String> lines =
              Files.readAllLines(names).stream().filter(line -> !line.isBlank()).toList();
          if (lines.size() >= classes) {
            return lines;
          }
        } catch (IOException unreadable) {
          throw new DataException(
              names + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
      }
    }
    return IntStream.range(0, Math.max(classes, parts.getFirst().labelBytes == 2 ? 100 : 10))
        .mapToObj(Integer::toString)
        .toList();
  }
}
