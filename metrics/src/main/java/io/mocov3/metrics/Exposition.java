package io.mocov3.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.LongSupplier;

/** All meters as Prometheus scrapes them, those of the process itself included. */
public final class Exposition implements AutoCloseable {
  /** Content type of the Prometheus text format. */
  public static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  public static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbage = new JvmGcMetrics();

  /** A scrape: its content type and its text. */
  public record Scrape(String contentType, String body) {}

  Exposition() {}

  Meters meters() {
    return new Meters(registry);
  }

  /** Adds the meters of the process; {@code nativeBytes} is asked at every scrape. */
  void process(LongSupplier nativeBytes) {
    Gauge.builder("mocov3.native.memory.bytes", nativeBytes::getAsLong)
        .description("Physical memory of the process as native code sees it.")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbage.bindTo(registry);
  }

  /** How many processes train together. */
  void ranks(int ranks) {
    Gauge.builder("mocov3.ranks", () -> ranks)
        .description("Processes that train together.")
        .register(registry);
  }

  /** Each kind of a GPU's memory is asked for at every scrape. */
  void deviceMemory(Map<String, LongSupplier> kinds) {
    kinds.forEach(
        (kind, bytes) ->
            Gauge.builder("mocov3.device.memory.bytes", bytes::getAsLong)
                .description("Memory of the GPU as libtorch's allocator holds it.")
                .tags("kind", kind)
                .register(registry));
  }

  /** In OpenMetrics when {@code accept} asks for it, in the Prometheus text format otherwise. */
  public Scrape scrape(String accept) {
    String format = accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    return new Scrape(format, new String(scrapeBytes(format), StandardCharsets.UTF_8));
  }

  /** In one of the two formats. */
  public byte[] scrapeBytes(String format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      registry.scrape(out, format);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    garbage.close();
    registry.close();
  }
}
