package io.mocov3.app.http;

import io.mocov3.app.control.ControlRoutes;
import io.mocov3.metrics.PrometheusMetrics;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where the answers come from. Metrics and history are asked at most once a second, on a thread of
 * the server's.
 */
public record Sources(
    PrometheusMetrics metrics,
    Supplier<HealthAnswer> live,
    Supplier<HealthAnswer> ready,
    Supplier<Status> status,
    Supplier<Map<String, Object>> history,
    EventLog events,
    ControlRoutes control) {}
