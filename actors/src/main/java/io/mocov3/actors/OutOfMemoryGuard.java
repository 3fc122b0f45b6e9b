package io.mocov3.actors;

import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.util.function.Supplier;

/**
 * Lets an actor that runs out of memory fail so that its parent hears of it; as an error it would
 * end the whole system without a word.
 */
public final class OutOfMemoryGuard<C> extends BehaviorInterceptor<C, C> {
  private OutOfMemoryGuard(Class<C> protocol) {
    super(protocol);
  }

  public static <C> Behavior<C> around(Class<C> protocol, Behavior<C> behavior) {
    return Behaviors.intercept(() -> new OutOfMemoryGuard<>(protocol), behavior);
  }

  /** The same for a part of an actor's work that another thread does. */
  public static void run(Runnable work) {
    guarded(
        () -> {
          work.run();
          return Boolean.TRUE;
        });
  }

  @Override
  public Behavior<C> aroundStart(TypedActorContext<C> context, PreStartTarget<C> target) {
    return guarded(() -> target.start(context));
  }

  @Override
  public Behavior<C> aroundReceive(
      TypedActorContext<C> context, C message, ReceiveTarget<C> target) {
    return guarded(() -> target.apply(context, message));
  }

  private static <T> T guarded(Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemoryError e) {
      throw OutOfMemoryException.of(e);
    }
  }
}
