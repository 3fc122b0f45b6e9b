package io.mocov3.model.evaluation;

import io.mocov3.model.IoReason;
import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.device.Placement;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.SafetensorsWriter;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Features in a folder, part by part as they are computed: what is there is not computed again. The
 * folder is for one network, one set of images and one way to see them.
 */
public final class FeatureParts implements AutoCloseable {
  private static final int ROWS = 4096;
  private static final long OFTEN = Duration.ofMinutes(2).toNanos();
  private static final String SAMPLES = "samples";
  private static final String FROM = "from";
  private static final String READ = "read";
  private static final String SUM = "crc32c";

  private final Path folder;
  private final Set<FeatureKind> kinds;
  private final Placement placement;
  private final int rows;
  private final Map<FeatureKind, List<Tensor>> pending = new EnumMap<>(FeatureKind.class);
  private final List<Integer> samples = new ArrayList<>();
  private int parts;
  private int read;
  private long since = System.nanoTime();

  /** The folder is made with the first part. */
  public FeatureParts(Path folder, Set<FeatureKind> kinds, Placement placement) {
    this(folder, kinds, placement, ROWS);
  }

  /** In parts of at least so many images, if two minutes do not end one before. */
  public FeatureParts(Path folder, Set<FeatureKind> kinds, Placement placement, int rows) {
    this.folder = folder;
    this.placement = placement;
    this.kinds = Set.copyOf(kinds);
    this.rows = rows;
  }

  /**
   * Hands out all parts that are there, in their order, up to one that is damaged or missing.
   *
   * @return how many images were read for them
   */
  int load(BiConsumer<Map<FeatureKind, Tensor>, List<Integer>> each) {
    while (read(part(parts), each)) {
      parts++;
    }
    return read;
  }

  /** False when a part is missing or damaged, or does not go on where the one before ended. */
  private boolean read(Path file, BiConsumer<Map<FeatureKind, Tensor>, List<Integer>> each) {
    if (!Files.exists(file)) {
      return false;
    }
    try (SafetensorsFile part = SafetensorsFile.open(file);
        PointerScope scope = new PointerScope()) {
      Map<String, String> metadata = part.metadata();
      Map<String, TensorData> tensors = part.all();
      if (!metadata.getOrDefault(FROM, "").equals(Integer.toString(read))
          || !metadata.getOrDefault(SUM, "").equals(sum(tensors))) {
        return false; // is written again
      }
      Map<FeatureKind, Tensor> features = new EnumMap<>(FeatureKind.class);
      for (FeatureKind kind : kinds) {
        features.put(
            kind,
            TensorCodec.toTensor(part.get(kind.label()))
                .to(placement.torchDevice(), ScalarType.Float));
      }
      each.accept(features, numbers(part.get(SAMPLES)));
      read = Integer.parseInt(metadata.get(READ));
      return true;
    } catch (ModelException e) {
      return false; // is written again
    }
  }

  /** Of all numbers, by name. */
  private static String sum(Map<String, TensorData> tensors) {
    CRC32C sum = new CRC32C();
    new TreeMap<>(tensors).values().forEach(tensor -> sum.update(tensor.bytes().duplicate()));
    return Long.toHexString(sum.getValue());
  }

  private static List<Integer> numbers(TensorData data) {
    return IntStream.range(0, Math.toIntExact(data.numel()))
        .mapToObj(i -> (int) data.bytes().asLongBuffer().get(i))
        .toList();
  }

  /** Features (N, D) of each kind, copied, and which images they are of. */
  void add(Map<FeatureKind, Tensor> features, List<Integer> images) {
    features.forEach(
        (kind, some) ->
            pending
                .computeIfAbsent(kind, k -> new ArrayList<>())
                .add(Tensors.keep(some.to(ScalarType.Float).clone())));
    samples.addAll(images);
  }

  /** All of the first {@code all} images were added; writes a part if it is time, or at the end. */
  void read(int all, boolean end) {
    boolean due = samples.size() >= rows || System.nanoTime() - since >= OFTEN || end;
    if (samples.isEmpty() || !due) {
      return;
    }
    SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
    try (NoGrad noGrad = new NoGrad()) {
      pending.forEach(
          (kind, some) ->
              tensors.put(
                  kind.label(),
                  TensorCodec.toData(torch.cat(new TensorVector(some.toArray(Tensor[]::new)), 0))));
      long[] images = samples.stream().mapToLong(Integer::longValue).toArray();
      tensors.put(SAMPLES, TensorCodec.toData(Tensor.create(images)));
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ModelException(folder + " cannot be made: " + IoReason.of(e), e);
    }
    SafetensorsWriter.write(
        part(parts),
        tensors,
        Map.of(FROM, Integer.toString(read), READ, Integer.toString(all), SUM, sum(tensors)));
    read = all;
    parts++;
    since = System.nanoTime();
    close();
  }

  private Path part(int number) {
    return folder.resolve("part-%06d.safetensors".formatted(number));
  }

  @Override
  public void close() {
    pending.values().forEach(some -> some.forEach(Tensor::releaseReference));
    pending.clear();
    samples.clear();
  }
}
