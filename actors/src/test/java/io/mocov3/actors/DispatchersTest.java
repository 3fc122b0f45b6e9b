package io.mocov3.actors;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DispatchersTest {
  private static ActorTestKit actors;

  private final TestProbe<Thread> threads = actors.createTestProbe();

  @BeforeAll
  static void startActors() {
    actors = ActorTestKit.create();
  }

  @AfterAll
  static void stopActors() {
    actors.shutdownTestKit();
  }

  @Test
  void allThatTrainsHasOneThread() {
    Thread trainer = threadOf(on(Dispatchers.TRAINING));

    assertThat(threadOf(on(Dispatchers.TRAINING))).isSameAs(trainer);
  }

  @Test
  void pinnedActorsHaveAThreadEach() {
    ActorRef<ActorRef<Thread>> first = on(Dispatchers.PINNED);
    Thread thread = threadOf(first);

    assertThat(threadOf(on(Dispatchers.PINNED))).isNotSameAs(thread);
    assertThat(threadOf(first)).isSameAs(thread);
  }

  @Test
  void theEvaluatorsThreadEndsWhenThereIsNothingToEvaluate() throws InterruptedException {
    ActorRef<ActorRef<Thread>> evaluator = on(Dispatchers.EVALUATION);
    Thread thread = threadOf(evaluator);

    assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
    assertThat(threadOf(evaluator)).isNotSameAs(thread);
  }

  private Thread threadOf(ActorRef<ActorRef<Thread>> actor) {
    actor.tell(threads.ref());
    return threads.receiveMessage();
  }

  private static ActorRef<ActorRef<Thread>> on(String dispatcher) {
    Behavior<ActorRef<Thread>> tells =
        Behaviors.receiveMessage(
            asked -> {
              asked.tell(Thread.currentThread());
              return Behaviors.same();
            });
    Props props = DispatcherSelector.fromConfig(dispatcher);
    return actors.spawn(tells, props);
  }
}
