package io.mocov3.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.http.javadsl.model.ContentTypes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharedBodyTest {
  private static final long SECOND = 1_000_000_000;

  private final AtomicInteger builds = new AtomicInteger();
  private final AtomicLong clock = new AtomicLong(-3 * SECOND);
  private final Queue<Runnable> builder = new ArrayDeque<>();
  private final SharedBody shared = new SharedBody(this::build, builder::add, clock::get);

  @Test
  void nothingIsBuiltBeforeSomebodyAsksNorOnTheThreadThatAsks() {
    assertThat(builder).isEmpty();

    CompletionStage<Body> asked = shared.get();

    assertThat(builds).hasValue(0);
    builder.remove().run();
    assertThat(text(asked)).isEqualTo("body 1");
  }

  @Test
  void whoAsksWhileABodyIsBeingBuiltGetsThatOne() throws Exception {
    List<CompletionStage<Body>> asked;
    try (ExecutorService readers = Executors.newFixedThreadPool(10)) {
      List<Future<CompletionStage<Body>>> answers =
          readers.invokeAll(
              IntStream.range(0, 50)
                  .<Callable<CompletionStage<Body>>>mapToObj(i -> shared::get)
                  .toList());
      asked = answers.stream().map(Future::resultNow).toList();
    }
    clock.addAndGet(5 * SECOND);
    asked.forEach(answer -> assertThat(answer).isSameAs(shared.get()));

    assertThat(builder).hasSize(1);
    builder.remove().run();
    assertThat(asked).allSatisfy(answer -> assertThat(text(answer)).isEqualTo("body 1"));
  }

  @Test
  void aBodyStandsForASecondFromWhenItWasThere() {
    shared.get();
    clock.addAndGet(5 * SECOND);
    builder.remove().run();
    clock.addAndGet(SECOND - 1);
    assertThat(text(shared.get())).isEqualTo("body 1");
    assertThat(builder).isEmpty();

    clock.addAndGet(1);
    CompletionStage<Body> second = shared.get();
    builder.remove().run();

    assertThat(text(second)).isEqualTo("body 2");
  }

  @Test
  void aFailureStandsForASecondToo() {
    SharedBody failing =
        new SharedBody(
            () -> {
              throw new IllegalStateException("build " + builds.incrementAndGet());
            },
            Runnable::run,
            clock::get);

    assertThatThrownBy(() -> text(failing.get())).hasMessageContaining("build 1");
    assertThatThrownBy(() -> text(failing.get())).hasMessageContaining("build 1");
    clock.addAndGet(SECOND);
    assertThatThrownBy(() -> text(failing.get())).hasMessageContaining("build 2");
  }

  private Body build() {
    return Body.of(
        ContentTypes.TEXT_PLAIN_UTF8,
        ("body " + builds.incrementAndGet()).getBytes(StandardCharsets.UTF_8));
  }

  private static String text(CompletionStage<Body> body) {
    return body.toCompletableFuture().join().plain().utf8String();
  }
}
