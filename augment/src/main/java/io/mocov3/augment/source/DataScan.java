package io.mocov3.augment.source;

import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.codec.Decoded.Undecodable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Looks at every image of a data set: which are bad, which are the same, how large they are. */
public final class DataScan {
  private static final int[] SIDES = {32, 64, 128, 256, 512, 1024, 2048, 4096};
  private static final int CHUNK = 64;

  private DataScan() {}

  /**
   * What was found.
   *
   * @param images all samples
   * @param bad those that cannot be decoded, by name
   * @param duplicates names of images with the same pixels and size, two or more in each group
   * @param shortSides number of images by their shorter side, "32-63" for instance
   */
  public record Report(
      int images,
      List<Undecodable> bad,
      List<List<String>> duplicates,
      Map<String, Integer> shortSides,
      int medianShortSide) {

    /** Number of bad images by reason. */
    public Map<String, Integer> badByReason() {
      Map<String, Integer> reasons = new TreeMap<>();
      bad.forEach(one -> reasons.merge(one.reason().label(), 1, Integer::sum));
      return reasons;
    }
  }

  /** Decodes everything with that many threads; {@code done} is told how many more are done. */
  public static Report scan(ImageSource source, int threads, IntConsumer done) {
    int[] sides = new int[source.size()];
    Map<String, List<Integer>> byPixels = new ConcurrentHashMap<>();
    ConcurrentLinkedQueue<Undecodable> bad = new ConcurrentLinkedQueue<>();
    List<Future<?>> chunks = new ArrayList<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      for (int from = 0; from < source.size(); from += CHUNK) {
        int first = from;
        int end = Math.min(source.size(), from + CHUNK);
        chunks.add(
            workers.submit(
                () -> {
                  for (int i = first; i < end; i++) {
                    look(source, i, sides, byPixels, bad);
                  }
                  done.accept(end - first);
                }));
      }
      for (Future<?> chunk : chunks) {
        chunk.get();
      }
    } catch (ExecutionException failed) {
      chunks.forEach(chunk -> chunk.cancel(true));
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
    return new Report(
        source.size(),
        bad.stream().sorted((a, b) -> a.id().compareTo(b.id())).toList(),
        duplicates(source, byPixels),
        histogram(sides),
        median(sides));
  }

  private static void look(
      ImageSource source,
      int index,
      int[] sides,
      Map<String, List<Integer>> byPixels,
      ConcurrentLinkedQueue<Undecodable> bad) {
    switch (source.decode(index, Canvas.ofThread())) {
      case Image image -> {
        sides[index] = Math.min(image.width(), image.height());
        String key = image.width() + " " + image.onCanvas().digest(image);
        byPixels.merge(key, List.of(index), DataScan::joined);
      }
      case Undecodable undecodable -> bad.add(undecodable);
    }
  }

  private static List<Integer> joined(List<Integer> a, List<Integer> b) {
    List<Integer> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  private static List<List<String>> duplicates(
      ImageSource source, Map<String, List<Integer>> byPixels) {
    return byPixels.values().stream()
        .filter(same -> same.size() > 1)
        .map(same -> same.stream().sorted().toList())
        .sorted((a, b) -> Integer.compare(a.getFirst(), b.getFirst()))
        .map(same -> same.stream().map(source::id).toList())
        .toList();
  }

  private static Map<String, Integer> histogram(int[] sides) {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int side : sides) {
      if (side > 0) {
        int found = Arrays.binarySearch(SIDES, side);
        counts.merge(found >= 0 ? found + 1 : -found - 1, 1, Integer::sum);
      }
    }
    Map<String, Integer> named = new LinkedHashMap<>();
    counts.forEach((bucket, count) -> named.put(name(bucket), count));
    return named;
  }

  private static String name(int bucket) {
    if (bucket == 0) {
      return "1-" + (SIDES[0] - 1);
    }
    return bucket == SIDES.length
        ? SIDES[bucket - 1] + " and more"
        : SIDES[bucket - 1] + "-" + (SIDES[bucket] - 1);
  }

  private static int median(int[] sides) {
    int[] good = Arrays.stream(sides).filter(side -> side > 0).sorted().toArray();
    return good.length == 0 ? 0 : good[good.length / 2];
  }
}
