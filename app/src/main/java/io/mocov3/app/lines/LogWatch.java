package io.mocov3.app.lines;

import io.mocov3.metrics.TrainingMetrics;
import java.util.function.Consumer;

/** Who hears that a log of the run cannot be written: the metrics, and a person in one line. */
public record LogWatch(TrainingMetrics metrics, Consumer<String> warn) {}
