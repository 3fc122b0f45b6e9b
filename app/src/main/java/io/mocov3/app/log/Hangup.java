package io.mocov3.app.log;

import java.lang.reflect.Proxy;

/**
 * The signal SIGHUP. The class of the JDK that catches it is no part of Java, so it is asked for by
 * name; where there is none, the signal keeps its meaning.
 */
final class Hangup {
  private static final String HANGUP = "HUP";

  private Hangup() {}

  /** Does that instead of what it did before, which running the result brings back. */
  static Runnable means(Runnable action) {
    try {
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object calling =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                action.run();
                return null;
              });
      Object before = handle(handler, calling);
      return () -> restore(handler, before);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return () -> {}; // not on this system
    }
  }

  private static void restore(Class<?> handler, Object before) {
    try {
      handle(handler, before);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object handle(Class<?> handler, Object calling)
      throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    return signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(HANGUP), calling);
  }
}
