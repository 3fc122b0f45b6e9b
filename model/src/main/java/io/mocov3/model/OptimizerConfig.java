package io.mocov3.model;

/** Which optimizer, with its constants. */
public sealed interface OptimizerConfig permits AdamWConfig, LarsConfig, LambConfig {}
