package io.mocov3.actors;

import java.time.Duration;

/**
 * How long a training tries before it gives up: to write its last checkpoint; the same once a stop
 * was asked for; and to reach images whose storage is gone, where zero means not to wait.
 */
public record Patience(Duration checkpoint, Duration stop, Duration data) {}
