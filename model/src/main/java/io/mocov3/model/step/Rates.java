package io.mocov3.model.step;

/** What the schedules say of a step: learning rate, and momentum of the key encoder's average. */
public record Rates(double learningRate, double momentum) {}
