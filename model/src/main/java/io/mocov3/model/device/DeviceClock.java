package io.mocov3.model.device;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceGuardImplInterface;
import org.bytedeco.pytorch.Stream;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.EventFlag;

/** Tells the time of a device as its work passes: the host's on a CPU, that of events on a GPU. */
public abstract sealed class DeviceClock implements AutoCloseable {

  /** A moment. */
  public interface Mark {}

  public static DeviceClock of(Placement placement) {
    return placement.isCuda() ? new Events(placement) : new Host();
  }

  /** The moment at which the device has done all that this thread has asked of it so far. */
  public abstract Mark mark();

  /** Whether a mark may still be ahead of the device. */
  public abstract boolean lags();

  /** Between two marks that the device has passed. */
  public abstract long nanos(Mark begin, Mark end);

  /** The mark is not needed any more. */
  public abstract void reuse(Mark mark);

  @Override
  public abstract void close();

  private record Nanos(long value) implements Mark {}

  private static final class Host extends DeviceClock {

    @Override
    public Mark mark() {
      return new Nanos(System.nanoTime());
    }

    @Override
    public boolean lags() {
      return false;
    }

    @Override
    public long nanos(Mark begin, Mark end) {
      return ((Nanos) end).value() - ((Nanos) begin).value();
    }

    @Override
    public void reuse(Mark mark) {}

    @Override
    public void close() {}
  }

  private record Event(PointerPointer<Pointer> handle) implements Mark {}

  private static final class Events extends DeviceClock {
    private static final double NANOS_OF_A_MILLISECOND = 1e6;

    private final DeviceGuardImplInterface device;
    private final byte index;
    private final List<Event> all = new ArrayList<>();
    private final Deque<Event> free = new ArrayDeque<>();

    Events(Placement placement) {
      device = torch.getDeviceGuardImpl(placement.torchDevice().type());
      device.retainReference();
      index = placement.index();
    }

    @Override
    public Mark mark() {
      Event event = free.isEmpty() ? create() : free.pop();
      try (PointerScope scope = new PointerScope()) {
        Stream stream = torch.getCurrentStream(index);
        // the other flag would make events without a time
        device.record(event.handle(), stream, index, EventFlag.BACKEND_DEFAULT);
      }
      return event;
    }

    private Event create() {
      PointerPointer<Pointer> handle = new PointerPointer<>(1);
      handle.put(0, (Pointer) null);
      handle.retainReference();
      Event event = new Event(handle);
      all.add(event);
      return event;
    }

    @Override
    public boolean lags() {
      return true;
    }

    @Override
    public long nanos(Mark begin, Mark end) {
      double milliseconds =
          device.elapsedTime(((Event) begin).handle().get(0), ((Event) end).handle().get(0), index);
      return (long) (milliseconds * NANOS_OF_A_MILLISECOND);
    }

    @Override
    public void reuse(Mark mark) {
      free.push((Event) mark);
    }

    @Override
    public void close() {
      for (Event event : all) {
        device.destroyEvent(event.handle().get(0), index);
        event.handle().releaseReference();
      }
      device.releaseReference();
    }
  }
}
