package io.mocov3.app.daemon;

import io.mocov3.app.settings.Settings;
import io.mocov3.model.device.Placement;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.distributed.Ranks;
import io.mocov3.model.distributed.Rendezvous;
import java.util.function.Consumer;

/** The beginning of a training by several processes. */
final class Meeting {
  private Meeting() {}

  /** Waits for the other ranks, if there are any; says so in one line. */
  static Group of(Settings settings, Ranks ranks, Placement placement, Consumer<String> lines) {
    if (!ranks.isAlone()) {
      lines.accept(
          "rank %d of %d on %s meets the others at %s:%d"
              .formatted(
                  ranks.rank(), ranks.size(), placement.device(), ranks.host(), ranks.port()));
    }
    return new Rendezvous(settings.distributed().joinTimeout(), settings.distributed().timeout())
        .meet(ranks, placement);
  }
}
