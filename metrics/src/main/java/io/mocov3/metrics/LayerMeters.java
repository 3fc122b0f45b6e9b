package io.mocov3.metrics;

import io.micrometer.core.instrument.Counter;

/** The meters of one layer's gradient; its count of spikes is there from its first step. */
record LayerMeters(LateGauge norm, LateGauge largest, Counter spikes, LateGauge onset) {

  static LayerMeters of(Meters meters, String layer) {
    return new LayerMeters(
        meters.gauge("mocov3.gradient.norm", "L2 norm of a gradient.", "layer", layer),
        meters.gauge(
            "mocov3.gradient.largest", "Largest absolute number of a gradient.", "layer", layer),
        meters.counter("mocov3.gradient.spikes", "Spikes of a layer's gradient.", "layer", layer),
        meters.gauge(
            "mocov3.gradient.spike.onset.step",
            "Step at which the newest spike of a layer began.",
            "layer",
            layer));
  }
}
