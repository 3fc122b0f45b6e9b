package io.mocov3.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** A gauge that appears with its first value, so that a NaN in a scrape was really reported. */
final class LateGauge {
  private final MeterRegistry registry;
  private final String name;
  private final String help;
  private final Tags tags;
  private volatile double value;
  private volatile boolean registered;

  LateGauge(MeterRegistry registry, String name, String help, Tags tags) {
    this.registry = registry;
    this.name = name;
    this.help = help;
    this.tags = tags;
  }

  void set(double number) {
    value = number;
    if (!registered) {
      register();
    }
  }

  private synchronized void register() {
    if (!registered) {
      Gauge.builder(name, this, gauge -> gauge.value)
          .description(help)
          .tags(tags)
          .strongReference(true)
          .register(registry);
      registered = true;
    }
  }
}
