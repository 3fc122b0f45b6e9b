package io.mocov3.app.observe;

import io.mocov3.app.settings.Settings;
import io.mocov3.metrics.PrometheusMetrics;
import io.mocov3.model.device.DeviceMemory;
import io.mocov3.model.device.Placement;
import io.mocov3.model.memory.StepWork;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/** What metrics tell of the device: its memory, and how much of its arithmetic training uses. */
public final class DeviceReadings {
  private static final double TERA = 1e12;

  private DeviceReadings() {}

  public static void add(
      PrometheusMetrics metrics, Settings settings, Placement placement, int ranks) {
    metrics.ranks(ranks);
    if (DeviceMemory.of(placement).isPresent()) {
      metrics.deviceMemory(
          Map.of(
              "allocated", reading(placement, DeviceMemory::allocated),
              "reserved", reading(placement, DeviceMemory::reserved),
              "peak", reading(placement, DeviceMemory::peak)));
    }
    if (settings.peakTflops() > 0) {
      StepWork.perImage(settings.model())
          .ifPresent(flop -> metrics.arithmetic(flop, ranks * settings.peakTflops() * TERA));
    }
  }

  private static LongSupplier reading(Placement placement, ToLongFunction<DeviceMemory> part) {
    return () -> DeviceMemory.of(placement).map(part::applyAsLong).orElse(0L);
  }
}
