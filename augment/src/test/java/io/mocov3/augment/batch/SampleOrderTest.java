package io.mocov3.augment.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.augment.DataException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SampleOrderTest {

  record Ranks(long seed, int ranks, int batch) {
    /** The same number gives the same case. */
    static Ranks number(int number) {
      RandomGenerator random = new SplittableRandom(number);
      return new Ranks(random.nextLong(), 1 + random.nextInt(4), 1 + random.nextInt(5));
    }
  }

  static Stream<Ranks> ranks() {
    Stream<Ranks> edges =
        LongStream.of(0, -1, Long.MIN_VALUE, Long.MAX_VALUE).mapToObj(s -> new Ranks(s, 4, 5));
    return Stream.concat(edges, IntStream.range(0, 50).mapToObj(Ranks::number));
  }

  @ParameterizedTest
  @MethodSource("ranks")
  void anEpochTakesEverySampleOnceOverAllRanks(Ranks drawn) {
    long seed = drawn.seed();
    int ranks = drawn.ranks();
    int batch = drawn.batch();
    int size = ranks * batch * 7;
    int[] seen =
        IntStream.range(0, ranks)
            .mapToObj(rank -> new SampleOrder(seed, size, batch, rank, ranks))
            .flatMapToInt(
                order ->
                    LongStream.range(7, 14).mapToObj(order::indices).flatMapToInt(IntStream::of))
            .sorted()
            .toArray();

    assertThat(seen).isEqualTo(IntStream.range(0, size).toArray());
  }

  @Test
  void theIncompleteBatchIsDropped() {
    SampleOrder order = new SampleOrder(1, 107, 10, 0, 2);

    assertThat(order.stepsPerEpoch()).isEqualTo(5);
    assertThat(order.epochOf(12)).isEqualTo(2.4);
  }

  @Test
  void ranksShareTheBatchOfOneProcess() {
    int[] whole = new SampleOrder(3, 100, 10, 0, 1).indices(13);
    int[] half = new SampleOrder(3, 100, 5, 1, 2).indices(13);

    assertThat(half).isEqualTo(IntStream.of(whole).skip(5).toArray());
  }

  @ParameterizedTest
  @CsvSource({"1,6", "2,6", "3,6", "4,2", "6,3", "2,1"})
  void withLanesTheStepsAreTheSameForEveryNumberOfRanks(int ranks, int lanes) {
    EpochOrder numbers = counting(107);
    SampleOrder alone = new SampleOrder(3, numbers, 12, 0, 1, lanes);
    List<SampleOrder> shares =
        IntStream.range(0, ranks)
            .mapToObj(rank -> new SampleOrder(3, numbers, 12 / ranks, rank, ranks, lanes))
            .toList();

    assertThat(LongStream.range(0, 8).mapToObj(alone::indices).flatMapToInt(IntStream::of))
        .doesNotHaveDuplicates()
        .hasSize(96);
    for (long step = 0; step < 8; step++) {
      long now = step;
      assertThat(shares.stream().flatMapToInt(order -> IntStream.of(order.indices(now))).toArray())
          .isEqualTo(alone.indices(step));
    }
  }

  @Test
  void aRankWithALaneOfItsOwnGoesThroughOnePartOfTheOrder() {
    SampleOrder second = new SampleOrder(3, counting(100), 5, 1, 2, 2);

    assertThat(LongStream.range(0, 10).mapToObj(second::indices).flatMapToInt(IntStream::of))
        .containsExactlyElementsOf(IntStream.range(50, 100).boxed().toList());
  }

  @Test
  void lanesThatDoNotDivideTheBatchAreRefused() {
    assertThatThrownBy(() -> new SampleOrder(3, counting(100), 5, 0, 2, 3))
        .hasMessage("3 lanes do not divide a batch of 10");
  }

  /** An order that changes nothing. */
  private static EpochOrder counting(int size) {
    return new EpochOrder() {
      @Override
      public int length() {
        return size;
      }

      @Override
      public int[] indices(long seed, long epoch) {
        return IntStream.range(0, size).toArray();
      }
    };
  }

  @Test
  void epochsAndSeedsDiffer() {
    SampleOrder order = new SampleOrder(3, 100, 100, 0, 1);

    assertThat(order.indices(0)).isNotEqualTo(order.indices(1));
    assertThat(order.indices(0)).isNotEqualTo(new SampleOrder(4, 100, 100, 0, 1).indices(0));
    assertThat(order.indices(0)).isEqualTo(new SampleOrder(3, 100, 100, 0, 1).indices(0));
  }

  @Test
  void aBatchLargerThanTheDataSetIsOneLine() {
    assertThatThrownBy(() -> new SampleOrder(1, 100, 64, 0, 2))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "batch size 64 on each of 2 ranks is larger than the data set of 100 images;"
                + " use at most 50");
  }
}
