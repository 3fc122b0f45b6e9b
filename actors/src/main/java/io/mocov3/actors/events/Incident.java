package io.mocov3.actors.events;

import io.mocov3.metrics.TrainingMetrics.IncidentKind;

/** Why training cannot simply go on: found at {@code step}, begun at {@code onset}. */
public record Incident(IncidentKind reason, long onset, long step, String line) {}
