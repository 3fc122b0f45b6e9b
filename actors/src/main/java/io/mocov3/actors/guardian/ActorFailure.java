package io.mocov3.actors.guardian;

import akka.actor.ActorInitializationException;
import akka.actor.typed.ChildFailed;
import io.mocov3.actors.ActorFailedException;
import io.mocov3.actors.OutOfMemoryException;
import io.mocov3.actors.stability.RollbackImpossibleException;
import io.mocov3.model.tensor.NativeMessage;

/**
 * What failed and why, as people and metrics are told.
 *
 * @param actor in metrics' spelling, such as {@code momentum-encoder}
 * @param reason one line
 * @param hopeless whether another attempt would fail alike
 */
record ActorFailure(String actor, String reason, boolean hopeless) {

  static ActorFailure of(ChildFailed failed) {
    Throwable cause = failed.cause();
    String actor =
        cause instanceof ActorFailedException inner
            ? inner.actor()
            : failed.getRef().path().name().replaceFirst("-\\d+$", "");
    return OutOfMemoryException.line(cause)
        .map(line -> new ActorFailure(actor, line, true))
        .orElseGet(() -> new ActorFailure(actor, reason(cause), isFinal(unwrapped(cause))));
  }

  static String reason(Throwable cause) {
    return NativeMessage.of(unwrapped(cause));
  }

  private static boolean isFinal(Throwable cause) {
    return cause instanceof RollbackImpossibleException;
  }

  private static Throwable unwrapped(Throwable cause) {
    boolean wraps =
        cause instanceof ActorInitializationException || cause instanceof ActorFailedException;
    return wraps && cause.getCause() != null ? unwrapped(cause.getCause()) : cause;
  }
}
