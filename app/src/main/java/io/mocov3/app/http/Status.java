package io.mocov3.app.http;

/** The body of {@code GET /api/v1/status}. A loss that is not finite is written as text. */
public record Status(
    String state, long step, double epoch, double loss, double imagesPerSecond, String run) {}
