package io.mocov3.app.output;

import java.lang.reflect.Proxy;
import java.util.Optional;

/**
 * Signals of the operating system. The JDK handles them in a class that it neither supports nor
 * lets the compiler see without a warning, so it is called by its name.
 */
public final class Signals {
  private static final String SIGNAL = "sun.misc.Signal";
  private static final String HANDLER = "sun.misc.SignalHandler";

  private Signals() {}

  /**
   * Runs {@code action} on a thread of its own at each signal of that name, such as TERM.
   *
   * @return takes it back; empty where signals cannot be handled
   */
  public static Optional<Runnable> on(String name, Runnable action) {
    try {
      Class<?> handlers = Class.forName(HANDLER);
      Object handler =
          Proxy.newProxyInstance(
              handlers.getClassLoader(),
              new Class<?>[] {handlers},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      Object before = handle(name, handler);
      return Optional.of(() -> restore(name, before));
    } catch (ReflectiveOperationException e) {
      return Optional.empty();
    }
  }

  private static void restore(String name, Object handler) {
    try {
      handle(name, handler);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The handler that was there before. */
  private static Object handle(String name, Object handler) throws ReflectiveOperationException {
    Class<?> signals = Class.forName(SIGNAL);
    Object signal = signals.getConstructor(String.class).newInstance(name);
    return signals
        .getMethod("handle", signals, Class.forName(HANDLER))
        .invoke(null, signal, handler);
  }
}
