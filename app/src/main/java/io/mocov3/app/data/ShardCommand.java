package io.mocov3.app.data;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.augment.DataException;
import io.mocov3.augment.batch.EpochOrder;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.webdataset.ShardWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 data shard DATA --out DIR}. */
@Command(
    name = "shard",
    description = "Packs the files of a folder or a list into WebDataset shards.",
    mixinStandardHelpOptions = true)
final class ShardCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SourceParameters data;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "A new folder.")
  private Path out;

  @Option(names = "--prefix", defaultValue = "shard", description = "Of names: ${DEFAULT-VALUE}")
  private String prefix;

  @Option(
      names = "--samples",
      defaultValue = "5000",
      description = "Images in a shard: ${DEFAULT-VALUE}")
  private int samples;

  @Option(
      names = "--in-order",
      description =
          "Keeps the order of the source. Otherwise every shard has a mixture of all"
              + " classes, as streaming wants it.")
  private boolean inOrder;

  @Option(names = "--seed", defaultValue = "0", description = "Of the order: ${DEFAULT-VALUE}")
  private long seed;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--samples", samples, 1, 1_000_000_000);
    if (!prefix.matches("[A-Za-z0-9_.-]+")) {
      throw new SettingsException(
          "--prefix \"" + prefix + "\" may have letters, digits, '_', '-' and '.' only");
    }
    try (ImageSource source = data.open()) {
      requireEmpty(out);
      int[] order =
          inOrder
              ? IntStream.range(0, source.size()).toArray()
              : EpochOrder.permutation(source.size()).indices(seed, 0);
      try (ShardWriter writer = new ShardWriter(out, prefix, samples)) {
        for (int i = 0; i < order.length; i++) {
          add(writer, source, order[i], i);
        }
        writer.complete(source.classNames());
        report(
            writer.shards(),
            order.length,
            source.isLabelled() ? "SHA256SUMS and classes.txt" : "and SHA256SUMS");
      } catch (IOException failure) {
        throw new DataException(out + " cannot be written: " + failure.getMessage(), failure);
      }
    }
    return 0;
  }

  private void add(ShardWriter writer, ImageSource source, int index, int number)
      throws IOException {
    Path file =
        source
            .file(index)
            .orElseThrow(
                () ->
                    new DataException(
                        data.location
                            + " does not keep an image in a file of its own; shards are made from"
                            + " a folder or a list"));
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String extension = dot < 0 ? "jpg" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    String stem = (dot < 0 ? name : name.substring(0, dot)).replaceAll("[^A-Za-z0-9_-]", "_");
    String key = "%09d_%s".formatted(number, stem);
    writer.add(key, extension, Files.readAllBytes(file), source.label(index));
  }

  private void report(int shards, int images, String beside) {
    spec.commandLine()
        .getOut()
        .printf(
            "%d images in %d shards: %s/%s-{000000..%06d}.tar, with an index beside each, %s%n",
            images, shards, out, prefix, shards - 1, beside);
    spec.commandLine().getOut().flush();
  }

  private static void requireEmpty(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new DataException(folder + " is not empty; give a new folder with --out");
      }
    } catch (IOException failure) {
      throw new DataException(folder + " is no folder; give a new one with --out", failure);
    }
  }
}
