package io.mocov3.actors.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.mocov3.actors.evaluation.Evaluator.Evaluate;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import io.mocov3.actors.events.RecordingLog;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.training.TinyTraining;
import io.mocov3.actors.views.MemoryImages;
import io.mocov3.model.evaluation.KnnClassifier.Setting;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.TensorStaging;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A probe that fails is told of, and the next one is made. */
class EvaluatorTest {
  private static ActorTestKit actors;

  private final RecordingLog log = new RecordingLog();

  @BeforeAll
  static void startActors() {
    actors = ActorTestKit.create();
  }

  @AfterAll
  static void stopActors() {
    actors.shutdownTestKit();
  }

  @Test
  void testImagesOfWhichNoneIsReadableCostTheirProbeOnly() {
    evaluate(new MemoryImages(8, Set.of(0, 1, 2, 3, 4, 5, 6, 7)));

    assertThat(log.warnings)
        .containsExactly(
            "no kNN probe of step 3: none of 8 images can be decoded, image-0 is the first; check"
                + " the data set");
    assertThat(log.of(SideWork.ProbeFailed.class))
        .singleElement()
        .matches(SideWork.ProbeFailed::fault);
  }

  @Test
  void soDoesAnEmptySet() {
    evaluate(MemoryImages.good(0));

    assertThat(log.warnings)
        .containsExactly("no kNN probe of step 3: there are no images; check the data set");
  }

  @Test
  void storageThatIsAwayIsNoFailureOfTheEvaluator() {
    MemoryImages away = MemoryImages.good(8);
    away.storageIsThere(false);

    evaluate(away);

    assertThat(log.warnings).containsExactly("no kNN probe of step 3: the storage is away");
    assertThat(log.of(SideWork.ProbeFailed.class))
        .singleElement()
        .matches(failed -> !failed.fault());
  }

  @Test
  void aProbeWhoseTicketIsTakenBackEndsWithTheBatchUnderWay() {
    ProbeTickets tickets = new ProbeTickets();
    AtomicInteger batches = new AtomicInteger();
    ProbeTickets.Ticket ticket = tickets.issue(3);

    assertThatThrownBy(
            () ->
                sets(MemoryImages.good(8))
                    .features(
                        sets(MemoryImages.good(8)).train(),
                        images -> {
                          ticket.requireValid();
                          batches.incrementAndGet();
                          tickets.takeBackAll();
                          return images.reshape(images.size(0), -1);
                        },
                        TinyTraining.pixels()))
        .hasMessage("the probe was abandoned");
    assertThat(batches).hasValue(1);
  }

  private static LabelledSets sets(MemoryImages test) {
    return new LabelledSets(
        LabelledSets.DEFAULT,
        new LabelledSets.Images(MemoryImages.good(8), 0),
        new LabelledSets.Images(test, 0),
        new LabelledSets.Framing(TinyTraining.SIZE, TinyTraining.SIZE, 4));
  }

  private void evaluate(MemoryImages test) {
    Evaluator.Work work =
        new Evaluator.Work(
            List.of(sets(test)), List.of(new KnnProbe(List.of(new Setting(1, 0.07)))));
    ProbeTickets tickets = new ProbeTickets();
    TestProbe<Evaluated> answers = actors.createTestProbe();
    ActorRef<Evaluator.Command> evaluator =
        actors.spawn(
            Evaluator.create(TinyTraining::encoder, TinyTraining::pixels, work, tickets, log));
    try (Encoder trained = TinyTraining.encoder();
        TensorStaging snapshots = new TensorStaging(trained.weights().tensors())) {
      for (long step : new long[] {3, 3}) {
        log.warnings.clear();
        log.work.clear();
        evaluator.tell(
            new Evaluate(
                tickets.issue(step),
                snapshots.stage(trained.weights().tensors()),
                answers.getRef()));
        assertThat(answers.receiveMessage().step()).isEqualTo(step);
      }
    } finally {
      actors.stop(evaluator);
    }
  }
}
