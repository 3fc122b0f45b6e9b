package io.mocov3.augment.view;

import io.mocov3.augment.operation.Crop;
import io.mocov3.augment.operation.Jitter;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The drawn values of one view, in the order they are applied.
 *
 * @param size side of the square view in pixels
 * @param blurSigma standard deviation of the blur in pixels of the view
 */
public record ViewParameters(
    int size,
    Crop crop,
    Optional<Jitter> jitter,
    boolean grayscale,
    OptionalDouble blurSigma,
    boolean solarize,
    boolean flip) {}
