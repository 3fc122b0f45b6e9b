package io.mocov3.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Registers meters, each with its help text; asking again for the same one gives the first. */
final class Meters {
  private final MeterRegistry registry;

  Meters(MeterRegistry registry) {
    this.registry = registry;
  }

  Counter counter(String name, String help, String... tags) {
    return Counter.builder(name).description(help).tags(tags).register(registry);
  }

  /** A counter for each of the constants, there from the start. */
  <E extends Enum<E>> Map<E, Counter> counters(
      String name, String help, String label, List<E> constants) {
    return constants.stream()
        .collect(
            Collectors.toMap(
                constant -> constant, constant -> counter(name, help, label, value(constant))));
  }

  LateGauge gauge(String name, String help, String... tags) {
    return new LateGauge(registry, name, help, Tags.of(tags));
  }

  Timer timer(String name, String help, String... tags) {
    return Timer.builder(name).description(help).tags(tags).register(registry);
  }

  Timer histogram(String name, String help, Duration... buckets) {
    return Timer.builder(name).description(help).serviceLevelObjectives(buckets).register(registry);
  }

  /** A timer for each constant, there from the start. */
  <E extends Enum<E>> Map<E, Timer> timers(String name, String help, String label, Class<E> type) {
    Map<E, Timer> timers = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      timers.put(constant, timer(name, help, label, value(constant)));
    }
    return timers;
  }

  /** A gauge for each constant, each there with its first value. */
  <E extends Enum<E>> Map<E, LateGauge> gauges(
      String name, String help, String label, Class<E> type) {
    Map<E, LateGauge> gauges = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      gauges.put(constant, gauge(name, help, label, value(constant)));
    }
    return gauges;
  }

  private static String value(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
