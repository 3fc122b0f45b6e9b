package io.mocov3.augment.source;

import io.mocov3.augment.DataException;
import io.mocov3.augment.batch.CounterRandom;
import io.mocov3.augment.batch.EpochOrder;
import io.mocov3.augment.batch.Shuffle;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.NeededRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Several data sets as one. An epoch has as many samples as all of them together; each gives its
 * share by weight, going round its own order again and again, so that over the epochs every sample
 * of a set is seen equally often. Classes of the same name are the same class; where one set has no
 * labels, none has.
 */
public final class MixedImages implements ImageSource {
  private final List<ImageSource> sources;
  private final int[] starts;
  private final int[] shares;
  private final List<String> classNames;
  private final int[][] labels;

  /**
   * @param weights share of the samples that each source gives, in any unit
   * @throws DataException when there is no source, or a weight is not positive
   */
  public MixedImages(List<ImageSource> sources, List<Double> weights) {
    if (sources.isEmpty() || sources.size() != weights.size()) {
      throw new DataException("a mixture needs at least one data set and a weight for each");
    }
    if (weights.stream().anyMatch(weight -> !(weight > 0))) {
      throw new DataException("weights of a mixture must be greater than 0, not " + weights);
    }
    this.sources = List.copyOf(sources);
    starts = new int[sources.size() + 1];
    for (int i = 0; i < sources.size(); i++) {
      starts[i + 1] = Math.addExact(starts[i], sources.get(i).size());
    }
    shares = shares(weights, size());
    LinkedHashSet<String> names = new LinkedHashSet<>();
    boolean labelled = sources.stream().allMatch(ImageSource::isLabelled);
    sources.forEach(source -> names.addAll(source.classNames()));
    classNames = labelled ? List.copyOf(names) : List.of();
    labels = new int[sources.size()][];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = sources.get(i).classNames().stream().mapToInt(classNames::indexOf).toArray();
    }
  }

  @Override
  public int size() {
    return starts[starts.length - 1];
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public int label(int index) {
    int source = sourceOf(index);
    return isLabelled()
        ? labels[source][sources.get(source).label(index - starts[source])]
        : NO_LABEL;
  }

  @Override
  public String id(int index) {
    int source = sourceOf(index);
    return source + ":" + sources.get(source).id(index - starts[source]);
  }

  @Override
  public void requireAvailable() {
    sources.forEach(ImageSource::requireAvailable);
  }

  @Override
  public Decoded decode(int index, Canvas canvas) {
    return decode(index, canvas, NeededRows.ALL);
  }

  @Override
  public Decoded decode(int index, Canvas canvas, NeededRows needed) {
    int source = sourceOf(index);
    return sources.get(source).decode(index - starts[source], canvas, needed);
  }

  @Override
  public EpochOrder order() {
    List<EpochOrder> orders = sources.stream().map(ImageSource::order).toList();
    return new EpochOrder() {
      @Override
      public int length() {
        return size();
      }

      @Override
      public int[] indices(long seed, long epoch) {
        return mixed(orders, seed, epoch);
      }

      @Override
      public void announce(int[] visited) {
        for (int i = 0; i < shares.length; i++) {
          int source = i;
          orders
              .get(i)
              .announce(
                  IntStream.of(visited)
                      .filter(index -> sourceOf(index) == source)
                      .map(index -> index - starts[source])
                      .toArray());
        }
      }
    };
  }

  @Override
  public void close() {
    sources.forEach(ImageSource::close);
  }

  /** Who comes next is shuffled; each source keeps its own order. */
  private int[] mixed(List<EpochOrder> orders, long seed, long epoch) {
    int[] turns = new int[size()];
    int at = 0;
    List<int[]> own = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      Arrays.fill(turns, at, at + shares[i], i);
      at += shares[i];
      own.add(drawn(orders.get(i), shares[i], seed + i, epoch));
    }
    Shuffle.shuffle(turns, 0, turns.length, CounterRandom.of(seed, epoch, Shuffle.STREAM, -2));
    int[] next = new int[shares.length];
    int[] order = new int[turns.length];
    for (int i = 0; i < turns.length; i++) {
      int source = turns[i];
      order[i] = starts[source] + own.get(source)[next[source]++];
    }
    return order;
  }

  /** The samples from epoch x share on, of the endless sequence of a source's own epochs. */
  private static int[] drawn(EpochOrder order, int share, long seed, long epoch) {
    int[] drawn = new int[share];
    int filled = 0;
    while (filled < share) {
      long position = Math.addExact(Math.multiplyExact(epoch, share), filled);
      int from = (int) (position % order.length());
      int count = Math.min(share - filled, order.length() - from);
      int[] own = order.indices(seed, position / order.length());
      System.arraycopy(own, from, drawn, filled, count);
      filled += count;
    }
    return drawn;
  }

  private int sourceOf(int index) {
    int found = Arrays.binarySearch(starts, index);
    int source = found >= 0 ? found : -found - 2;
    return Math.min(source, sources.size() - 1);
  }

  /** Whole shares that add up to the size. */
  private static int[] shares(List<Double> weights, int size) {
    double sum = weights.stream().mapToDouble(weight -> weight).sum();
    int[] shares = new int[weights.size()];
    double before = 0;
    for (int i = 0; i < shares.length; i++) {
      double after = before + weights.get(i);
      shares[i] = (int) (Math.round(size * after / sum) - Math.round(size * before / sum));
      before = after;
    }
    return shares;
  }
}
