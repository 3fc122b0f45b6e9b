package io.mocov3.actors.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.stream.testkit.TestSubscriber;
import akka.stream.testkit.javadsl.TestSink;
import io.mocov3.actors.events.RecordingLog;
import io.mocov3.actors.training.TinyTraining;
import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.augment.batch.BatchBufferPool;
import io.mocov3.augment.codec.Decoded.Undecodable;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ViewPipelineTest {
  private static final int WORKERS = 3;
  private static final int BUFFERS = 2;

  private static ActorTestKit actors;

  private final ExecutorService executor = Executors.newFixedThreadPool(WORKERS);
  private final RecordingLog log = new RecordingLog();

  @BeforeAll
  static void startActors() {
    actors = ActorTestKit.create();
  }

  @AfterAll
  static void stopActors() {
    actors.shutdownTestKit();
  }

  @AfterEach
  void stopWorkers() {
    executor.close();
  }

  @Test
  void noMoreBatchesExistThanThereAreBuffersHoweverSlowTheConsumer() {
    ViewPipeline pipeline = pipeline(MemoryImages.good(64));
    BatchBufferPool pool = pipeline.pool();
    TestSubscriber.Probe<Batch> consumer = run(pipeline, pool, 3, 12);

    consumer.request(6);
    Batch first = consumer.expectNext();
    Batch second = consumer.expectNext();
    consumer.expectNoMessage(Duration.ofMillis(100));
    assertThat(pool.inUse()).isEqualTo(BUFFERS);

    first.close();
    Batch third = consumer.expectNext();
    consumer.expectNoMessage(Duration.ofMillis(100));
    assertThat(pool.inUse()).isEqualTo(BUFFERS);
    assertThat(third.buffer()).isSameAs(first.buffer());

    second.close();
    consumer.cancel();
  }

  @Test
  void batchesComeInTheOrderOfTheStepsAndAllBuffersComeBack() {
    TinyTraining training = training(MemoryImages.good(64));
    ViewPipeline pipeline = training.pipeline(executor, WORKERS, BUFFERS, log);
    BatchBufferPool pool = pipeline.pool();
    TestSubscriber.Probe<Batch> consumer = run(pipeline, pool, 3, 12);

    for (long step = 3; step < 12; step++) {
      try (Batch batch = consumer.requestNext()) {
        assertThat(batch.step()).isEqualTo(step);
        assertThat(batch.buffer().sampleIndices()).isEqualTo(training.order().indices(step));
      }
    }

    consumer.request(1);
    consumer.expectComplete();
    assertThat(pool.inUse()).isZero();
  }

  @Test
  void imagesThatCannotBeDecodedAreReportedAndReplaced() {
    Set<Integer> broken = Set.of(1, 20, 40);
    ViewPipeline pipeline = pipeline(new MemoryImages(64, broken));
    TestSubscriber.Probe<Batch> consumer = run(pipeline, pipeline.pool(), 8, 16);

    for (long step = 8; step < 16; step++) {
      try (Batch batch = consumer.requestNext()) {
        assertThat(Arrays.stream(batch.buffer().sampleIndices()).boxed())
            .doesNotContainAnyElementsOf(broken);
      }
    }

    assertThat(log.quarantined.stream().map(Undecodable::id).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder("image-1", "image-20", "image-40");
    assertThat(log.quarantined)
        .allSatisfy(sample -> assertThat(sample.reason().label()).isEqualTo("corrupt"));
  }

  @Test
  void aBatchOfWhichNothingCanBeDecodedFailsTheStream() {
    Set<Integer> all = IntStream.range(0, 64).boxed().collect(Collectors.toSet());
    ViewPipeline pipeline = pipeline(new MemoryImages(64, all));
    TestSubscriber.Probe<Batch> consumer = run(pipeline, pipeline.pool(), 0, 1);

    consumer.request(1);

    assertThat(consumer.expectError())
        .isInstanceOf(BatchFailedException.class)
        .hasMessageMatching(
            "sample image-\\d+ and 16 replacements are undecodable; check the data set");
  }

  @Test
  void storageThatIsGoneFailsTheStreamAndLeavesThePoolToTheNextOne() {
    MemoryImages images = MemoryImages.good(64);
    ViewPipeline pipeline = pipeline(images);
    BatchBufferPool pool = pipeline.pool();
    CompletionStage<Done> training =
        pipeline
            .batches(0, 12, pool)
            .runForeach(
                batch -> {
                  batch.close();
                  images.storageIsThere(false);
                },
                actors.system());

    assertThat(training)
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(SourceUnavailableException.class)
        .withMessage("the storage is away");
    assertThat(log.quarantined).isEmpty();
    await().untilAsserted(() -> assertThat(pool.inUse()).isZero());

    images.storageIsThere(true);
    TestSubscriber.Probe<Batch> again = run(pipeline, pool, 0, 12);
    for (long step = 0; step < 12; step++) {
      try (Batch batch = again.requestNext()) {
        assertThat(batch.step()).isEqualTo(step);
      }
    }
  }

  @Test
  void aConsumerThatLeavesGetsNoBufferStuck() {
    ViewPipeline pipeline = pipeline(MemoryImages.good(64));
    BatchBufferPool pool = pipeline.pool();

    CompletionStage<Done> first =
        pipeline.batches(0, 12, pool).take(1).runForeach(Batch::close, actors.system());

    assertThat(first).succeedsWithin(Duration.ofSeconds(30));
    await().untilAsserted(() -> assertThat(pool.inUse()).isZero());
  }

  private ViewPipeline pipeline(MemoryImages images) {
    return training(images).pipeline(executor, WORKERS, BUFFERS, log);
  }

  private static TinyTraining training(MemoryImages images) {
    return new TinyTraining(images, 12, 0);
  }

  /** The batches of steps {@code [first, end)}, to be asked for one by one. */
  private static TestSubscriber.Probe<Batch> run(
      ViewPipeline pipeline, BatchBufferPool pool, long first, long end) {
    return pipeline
        .batches(first, end, pool)
        .runWith(TestSink.create(actors.system()), actors.system());
  }
}
