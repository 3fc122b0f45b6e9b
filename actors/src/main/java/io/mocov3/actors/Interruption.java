package io.mocov3.actors;

/** What ended a session, and the adjustments it ran under. */
public record Interruption(Incident incident, Adjustments adjustments) {}
