package io.mocov3.model.optim;

/** Which optimizer, with its constants. */
public sealed interface OptimizerConfig
    permits AdamWConfig, StableAdamWConfig, LarsConfig, LambConfig {}
