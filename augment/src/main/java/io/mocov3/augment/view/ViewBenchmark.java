package io.mocov3.augment.view;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.operation.Scratch;
import io.mocov3.augment.operation.StageClock;
import io.mocov3.augment.operation.ViewStage;
import io.mocov3.augment.source.ImageSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast images become views: decoding alone and the whole way into batch buffers, turn by turn
 * over the same images, so that what slows the machine down hits both.
 */
public final class ViewBenchmark {
  private static final int BATCH = 64;

  private final ImageSource source;
  private final int images;
  private final TwoViews views;

  /**
   * What was measured.
   *
   * @param threads threads that worked at once
   * @param decode images a second, the median over rounds
   * @param twoViews images a second, the median over rounds
   * @param rounds the same two for every round
   */
  public record Rates(int threads, double decode, double twoViews, List<Round> rounds) {
    public Rates {
      rounds = List.copyOf(rounds);
    }
  }

  /** Images a second. */
  public record Round(double decode, double twoViews) {}

  /** Over the first {@code images} of a source. */
  public ViewBenchmark(ImageSource source, int images, TwoViews views) {
    this.source = source;
    this.images = Math.min(images, source.size());
    this.views = views;
  }

  /** After rounds that do not count, {@code rounds} that do. */
  public Rates rates(int threads, int warmUp, int rounds) {
    List<Round> all = new ArrayList<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      for (int round = -warmUp; round < rounds; round++) {
        long epoch = round;
        double decode =
            images / seconds(workers, threads, (i, buffer) -> source.decode(i, Canvas.ofThread()));
        double twoViews =
            images
                / seconds(
                    workers,
                    threads,
                    (i, buffer) -> views.fill(source, i, 1, epoch, buffer, i % BATCH));
        if (round >= 0) {
          all.add(new Round(decode, twoViews));
        }
      }
    }
    return new Rates(
        threads,
        median(all.stream().mapToDouble(Round::decode).toArray()),
        median(all.stream().mapToDouble(Round::twoViews).toArray()),
        all);
  }

  /** Seconds an image takes in each stage, both views together, on one thread. */
  public Map<String, Double> stages(int rounds) {
    BatchBuffer buffer = buffer();
    StageClock clock = Scratch.ofThread().clock;
    clock.reset();
    clock.run(true);
    long decode = 0;
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < images; i++) {
        long[] spent = new long[1];
        views.fill(source, i, 1, round, buffer, i % BATCH, (d, v) -> spent[0] = d);
        decode += spent[0];
      }
    }
    clock.run(false);
    Map<String, Double> stages = new LinkedHashMap<>();
    double count = 1e9 * rounds * images;
    stages.put("decode", decode / count);
    for (ViewStage stage : ViewStage.values()) {
      stages.put(stage.label(), clock.nanos(stage) / count);
    }
    return stages;
  }

  private interface Work {
    void on(int index, BatchBuffer buffer);
  }

  private double seconds(ExecutorService workers, int threads, Work work) {
    List<Future<?>> parts = new ArrayList<>();
    long begin = System.nanoTime();
    for (int thread = 0; thread < threads; thread++) {
      int first = thread;
      parts.add(
          workers.submit(
              () -> {
                BatchBuffer buffer = buffer();
                for (int i = first; i < images; i += threads) {
                  work.on(i, buffer);
                }
              }));
    }
    try {
      for (Future<?> part : parts) {
        part.get();
      }
    } catch (ExecutionException failed) {
      throw new IllegalStateException(failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  private BatchBuffer buffer() {
    int size = views.first().size();
    return BatchBuffer.allocate(2, BATCH, size, size);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
