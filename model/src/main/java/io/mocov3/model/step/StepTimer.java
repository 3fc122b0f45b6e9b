package io.mocov3.model.step;

import io.mocov3.model.device.DeviceClock;
import io.mocov3.model.device.DeviceClock.Mark;
import io.mocov3.model.device.Placement;
import java.util.ArrayList;
import java.util.List;

/**
 * Times the parts of a step where they happen: on a CPU by the host's clock, on a GPU, where a call
 * only launches work, by events between it that are read once the device was waited for anyway.
 */
final class StepTimer implements AutoCloseable {
  private final DeviceClock device;
  private final List<Taken> taken = new ArrayList<>();
  private StepClock listener = StepClock.NONE;

  private record Taken(StepClock.Part part, Mark begin, Mark end) {}

  StepTimer(Placement placement) {
    device = DeviceClock.of(placement);
  }

  void tell(StepClock told) {
    listener = told;
  }

  Mark begin() {
    return device.mark();
  }

  void end(StepClock.Part part, Mark begin) {
    taken.add(new Taken(part, begin, device.mark()));
    if (!device.lags()) {
      flush();
    }
  }

  /** Tells what was timed; the device must have reached it. */
  void flush() {
    for (Taken part : taken) {
      listener.took(part.part(), device.nanos(part.begin(), part.end()));
      device.reuse(part.begin());
      device.reuse(part.end());
    }
    taken.clear();
  }

  @Override
  public void close() {
    device.close();
  }
}
