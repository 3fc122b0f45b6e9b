package io.mocov3.actors.events;

/** What ended a session, and the adjustments it ran under. */
public record Interruption(Incident incident, Adjustments adjustments) {}
