package io.mocov3.app.data;

import io.mocov3.actors.DataWait;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.DataException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Opens the images of a run that has trained with them before: what is not there now is taken for
 * storage that is away, as it would be in the middle of training, and waited for.
 */
public final class DataArrival {

  /** They did not come in time. */
  public static final class AwayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private AwayException(DataException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private DataArrival() {}

  /**
   * Waits for {@code data.retry-for} at most.
   *
   * @throws AwayException when they cannot be opened by then
   */
  public static DataSets await(Settings settings, Consumer<String> line) {
    Duration limit = settings.data().retryFor();
    DataWait wait = new DataWait(limit);
    wait.begin(0);
    boolean told = false;
    while (true) {
      try {
        return DataSets.open(settings);
      } catch (DataException e) {
        if (wait.isOver()) {
          throw new AwayException(e);
        }
        if (!told) {
          line.accept(
              "%s; this run had it before, so it is waited for, up to %d s"
                  .formatted(e.getMessage(), limit.toSeconds()));
          told = true;
        }
        sleep(wait.pause(), e);
      }
    }
  }

  private static void sleep(Duration pause, DataException missing) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AwayException(missing);
    }
  }
}
