package io.mocov3.app.features;

import blue.strategic.parquet.ParquetWriter;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.RunException;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.IoReason;
import io.mocov3.model.evaluation.LabelledFeatures;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jetbrains.bio.npy.NpyFile;

/** Writes features with the ids and, where there are any, the labels of their images. */
public final class FeatureFile {
  private static final String ID = "id";
  private static final String LABEL = "label";
  private static final long MOST_IN_NPY = Integer.MAX_VALUE - 8;

  private final Path file;
  private final ImageSource source;
  private final LabelledFeatures features;

  public FeatureFile(Path file, ImageSource source, LabelledFeatures features) {
    this.file = file;
    this.source = source;
    this.features = features;
  }

  /** Refuses a name of another kind. */
  public static void requireKnown(Path file) {
    if (!isNpy(file) && !isParquet(file)) {
      throw new SettingsException(
          "--out %s must end in .npy or .parquet, which say what to write".formatted(file));
    }
  }

  /** Refuses so many numbers, or a place that cannot be written, before they are computed. */
  public static void requireWritable(Path file, long numbers) {
    if (isNpy(file) && numbers > MOST_IN_NPY) {
      throw new SettingsException(
          "%d numbers are more than a .npy file is written of; write .parquet".formatted(numbers));
    }
    Path folder = file.toAbsolutePath().getParent();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new SettingsException("--out: %s cannot be made: %s".formatted(folder, IoReason.of(e)));
    }
    if (!Files.isWritable(folder)) {
      throw new SettingsException("--out: %s cannot be written to".formatted(folder));
    }
  }

  private static boolean isNpy(Path file) {
    return file.toString().endsWith(".npy");
  }

  private static boolean isParquet(Path file) {
    return file.toString().endsWith(".parquet");
  }

  /** Where the ids and labels of the rows are: in the file itself, or beside it. */
  public Path write() {
    Path absolute = file.toAbsolutePath();
    Path aside = absolute.resolveSibling(absolute.getFileName() + ".partial");
    try {
      Files.createDirectories(absolute.getParent());
      Path names = isNpy(file) ? absolute.resolveSibling(stem() + ".csv") : file;
      if (isNpy(file)) {
        writeNpy(aside);
        writeNames(names);
      } else {
        writeParquet(aside);
      }
      Files.move(aside, absolute, StandardCopyOption.REPLACE_EXISTING);
      return names;
    } catch (IOException e) {
      throw new RunException(file + " cannot be written: " + IoReason.of(e), e);
    }
  }

  private String stem() {
    String name = file.getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }

  private void writeNpy(Path target) {
    long width = features.width();
    float[] all = new float[(int) (features.size() * width)];
    int at = 0;
    for (int block = 0; block < features.blocks().size(); block++) {
      float[] numbers = features.numbers(block);
      System.arraycopy(numbers, 0, all, at, numbers.length);
      at += numbers.length;
    }
    NpyFile.write(target, all, new int[] {features.size(), (int) width});
  }

  private void writeNames(Path target) throws IOException {
    try (Writer writer = Files.newBufferedWriter(target, StandardCharsets.UTF_8);
        CSVPrinter csv = new CSVPrinter(writer, CSVFormat.DEFAULT)) {
      csv.printRecord("row", ID, LABEL);
      for (int row = 0; row < features.size(); row++) {
        int index = features.indices().get(row);
        csv.printRecord(row, source.id(index), source.className(index));
      }
    }
  }

  private void writeParquet(Path target) throws IOException {
    int width = (int) features.width();
    List<Type> columns = new ArrayList<>();
    columns.add(text(ID));
    if (source.isLabelled()) {
      columns.add(text(LABEL));
    }
    for (int i = 0; i < width; i++) {
      columns.add(Types.required(PrimitiveTypeName.FLOAT).named("f" + i));
    }
    int row = 0;
    try (ParquetWriter<Row> writer =
        ParquetWriter.writeFile(
            new MessageType("features", columns),
            target.toFile(),
            (value, out) -> {
              out.write(ID, source.id(value.index()));
              if (source.isLabelled()) {
                out.write(LABEL, source.className(value.index()));
              }
              for (int i = 0; i < width; i++) {
                out.write("f" + i, value.block()[value.from() + i]);
              }
            })) {
      for (int block = 0; block < features.blocks().size(); block++) {
        float[] numbers = features.numbers(block);
        for (int from = 0; from < numbers.length; from += width) {
          writer.write(new Row(features.indices().get(row++), numbers, from));
        }
      }
    }
  }

  /** The numbers of one image begin at {@code from}. */
  @SuppressWarnings("ArrayRecordComponent") // a view, never compared
  private record Row(int index, float[] block, int from) {}

  private static Type text(String name) {
    return Types.required(PrimitiveTypeName.BINARY)
        .as(LogicalTypeAnnotation.stringType())
        .named(name);
  }
}
