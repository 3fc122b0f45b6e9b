package io.mocov3.app.control;

import io.mocov3.actors.control.ControlAnswer;
import io.mocov3.actors.control.ControlRequest;
import io.mocov3.app.control.AccessRule.Allowed;
import io.mocov3.app.control.AccessRule.Decision;
import io.mocov3.app.control.AccessRule.Denied;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** {@code POST /api/v1/ACTION}: checked, passed on, waited for, and kept in the audit log. */
public final class ControlRoutes {

  /** The longest that one request waits for what comes of it. */
  public static final Duration LONGEST_WAIT = Duration.ofSeconds(40);

  private static final String PREFIX = "/api/v1/";
  private static final int LONGEST_KEY = 128;

  /**
   * What matters of a request. {@code seconds} is its parameter {@code wait}; {@code body} is read
   * only for those who may ask.
   */
  public record Call(
      String path,
      String from,
      String host,
      Headers headers,
      Optional<String> seconds,
      Supplier<CompletionStage<String>> body) {}

  /** Headers by their names. */
  public record Headers(
      Optional<String> origin,
      Optional<String> secFetchSite,
      Optional<String> authorization,
      Optional<String> idempotencyKey) {}

  /** A status of HTTP and a JSON document. */
  public record Reply(int status, Map<String, Object> document) {

    static Reply error(int status, String reason) {
      return new Reply(status, Map.of("error", reason));
    }
  }

  private final AccessRule access;
  private final Desk desk;
  private final Audit audit;

  public ControlRoutes(AccessRule access, Desk desk, Audit audit) {
    this.access = access;
    this.desk = desk;
    this.audit = audit;
  }

  /** Whether something can be asked at that path. */
  public static boolean isAction(String path) {
    return path.startsWith(PREFIX) && Actions.has(path.substring(PREFIX.length()));
  }

  /** The path must be that of an action. */
  public CompletionStage<Reply> answer(Call call) {
    String action = action(call);
    Headers headers = call.headers();
    Decision decision =
        access.decide(
            call.host(), headers.origin(), headers.secFetchSite(), headers.authorization());
    return switch (decision) {
      case Denied denied -> {
        audit.denied(call.from(), action, denied.reason());
        yield now(Reply.error(denied.status(), denied.reason()));
      }
      case Allowed allowed ->
          call.body().get().thenCompose(body -> asked(call, action, allowed, body));
    };
  }

  private CompletionStage<Reply> asked(Call call, String action, Allowed allowed, String body) {
    ControlRequest request;
    Duration wait;
    try {
      request = Actions.parse(action, body);
      wait = wait(call.seconds());
    } catch (Actions.BadArgumentException e) {
      audit.answered(allowed.who(), call.from(), action, Map.of(), "refused", e.getMessage());
      return now(Reply.error(400, e.getMessage()));
    }
    Optional<String> key = call.headers().idempotencyKey();
    if (key.filter(k -> k.length() > LONGEST_KEY).isPresent()) {
      return now(
          Reply.error(400, "an Idempotency-Key has at most %d characters".formatted(LONGEST_KEY)));
    }
    return desk.ask(key, request, answer -> keep(allowed, call, request, answer))
        .map(
            answer ->
                answer
                    .copy()
                    .thenApply(done -> reply(action, done))
                    .completeOnTimeout(pending(action), wait.toMillis(), TimeUnit.MILLISECONDS))
        .orElseGet(
            () -> now(Reply.error(409, "this Idempotency-Key was used for another request")));
  }

  private void keep(Allowed allowed, Call call, ControlRequest request, ControlAnswer answer) {
    audit.answered(
        allowed.who(),
        call.from(),
        action(call),
        Actions.arguments(request),
        answer instanceof ControlAnswer.Done ? "done" : "refused",
        answer.line());
  }

  private static String action(Call call) {
    return call.path().substring(PREFIX.length());
  }

  private static Duration wait(Optional<String> seconds) {
    try {
      Duration asked = seconds.map(Long::parseLong).map(Duration::ofSeconds).orElse(LONGEST_WAIT);
      if (asked.isNegative()) {
        throw new NumberFormatException();
      }
      return asked.compareTo(LONGEST_WAIT) < 0 ? asked : LONGEST_WAIT;
    } catch (NumberFormatException e) {
      throw new Actions.BadArgumentException(
          "wait is not a whole number of seconds, 0 or more; at most %d are waited"
              .formatted(LONGEST_WAIT.toSeconds()));
    }
  }

  private static Reply reply(String action, ControlAnswer answer) {
    return switch (answer) {
      case ControlAnswer.Done done -> {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("action", action);
        document.put("done", true);
        document.put("line", done.line());
        document.putAll(done.details());
        yield new Reply(200, document);
      }
      case ControlAnswer.Refused refused -> Reply.error(409, refused.line());
    };
  }

  private static Reply pending(String action) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("action", action);
    document.put("done", false);
    document.put(
        "line",
        "still under way; ask again with the same Idempotency-Key, or watch /api/v1/events");
    return new Reply(202, document);
  }

  private static CompletableFuture<Reply> now(Reply reply) {
    return CompletableFuture.completedFuture(reply);
  }
}
