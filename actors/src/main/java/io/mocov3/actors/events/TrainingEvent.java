package io.mocov3.actors.events;

/** Something that happens in a training. It is told once, to an {@link EventSink}. */
public sealed interface TrainingEvent permits Progress, StabilityEvent, SideWork, Timing {}
