package io.mocov3.augment.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.MixedImages;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochOrderTest {
  private static final int[] SHARDS = {0, 7, 7, 30, 41, 60};

  @Test
  void aShardedEpochHasEverySampleOnceAndIsAFunctionOfSeedAndEpoch() {
    ShardOrder order = new ShardOrder(SHARDS, 16);

    int[] epoch = order.indices(3, 5);

    assertThat(Arrays.stream(epoch).sorted().toArray())
        .containsExactly(IntStream.range(0, 60).toArray());
    assertThat(order.indices(3, 5)).isEqualTo(epoch);
    assertThat(order.indices(3, 6)).isNotEqualTo(epoch);
    assertThat(order.indices(4, 5)).isNotEqualTo(epoch);
  }

  @Test
  void aWindowNeedsOnlyTheShardsThatItSpans() {
    ShardOrder order = new ShardOrder(SHARDS, 10);
    int[] sequence =
        Arrays.stream(order.shards(1, 0))
            .flatMap(shard -> IntStream.range(SHARDS[shard], SHARDS[shard + 1]))
            .toArray();

    int[] epoch = order.indices(1, 0);

    for (int from = 0; from < 60; from += 10) {
      assertThat(Arrays.stream(epoch, from, from + 10).sorted().toArray())
          .containsExactly(Arrays.stream(sequence, from, from + 10).sorted().toArray());
    }
    assertThat(epoch).isNotEqualTo(sequence);
  }

  @Test
  void aMixtureGivesTheSharesAskedAndShowsEverySampleEquallyOften() {
    try (ImageSource mixed =
        new MixedImages(List.of(new Numbers("a", 30), new Numbers("b", 10)), List.of(1.0, 1.0))) {
      EpochOrder order = mixed.order();
      int[] seen = new int[40];
      for (int epoch = 0; epoch < 6; epoch++) {
        int[] indices = order.indices(9, epoch);
        assertThat(Arrays.stream(indices).filter(index -> index < 30).count()).isEqualTo(20);
        Arrays.stream(indices).forEach(index -> seen[index]++);
      }

      assertThat(Arrays.copyOf(seen, 30)).containsOnly(4);
      assertThat(Arrays.copyOfRange(seen, 30, 40)).containsOnly(12);
      assertThat(order.indices(9, 2)).isEqualTo(order.indices(9, 2));
    }
  }

  @Test
  void classesOfTheSameNameAreOneInAMixture() {
    try (ImageSource mixed =
        new MixedImages(
            List.of(new Numbers("cat", 2), new Numbers("dog", 2), new Numbers("cat", 2)),
            List.of(1.0, 1.0, 1.0))) {
      assertThat(mixed.classNames()).containsExactly("cat", "dog");
      assertThat(IntStream.range(0, 6).map(mixed::label)).containsExactly(0, 0, 1, 1, 0, 0);
      assertThat(mixed.id(5)).isEqualTo("2:cat-1");
    }
  }

  @Test
  void aMixtureWithoutAPositiveWeightIsRefused() {
    assertThatThrownBy(() -> new MixedImages(List.of(new Numbers("a", 3)), List.of(0.0)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("greater than 0");
  }

  private record Numbers(String name, int size) implements ImageSource {
    @Override
    public List<String> classNames() {
      return List.of(name);
    }

    @Override
    public int label(int index) {
      return 0;
    }

    @Override
    public String id(int index) {
      return name + "-" + index;
    }

    @Override
    public Decoded decode(int index, Canvas canvas) {
      return canvas.paint(id(index), 1, 1, new byte[3]);
    }

    @Override
    public void close() {}
  }
}
