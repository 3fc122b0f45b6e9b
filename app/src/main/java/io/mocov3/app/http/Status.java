package io.mocov3.app.http;

/**
 * The body of {@code GET /api/v1/status}: completed steps of so many. {@code reason} says why it is
 * not training, if so. A loss that is not finite is written as text.
 */
public record Status(
    String state,
    String reason,
    long step,
    long steps,
    double epoch,
    double loss,
    double imagesPerSecond,
    String run) {}
