package io.mocov3.app.run;

import java.nio.file.Path;

/** Where the files of a run are, whether somebody trains in it or not. */
public record RunPaths(Path path) {

  public Path configFile() {
    return path.resolve("config.conf");
  }

  public Path provenance() {
    return path.resolve("run.json");
  }

  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  public Path samples() {
    return path.resolve("samples.jsonl");
  }

  public Path quarantine() {
    return path.resolve("quarantine.jsonl");
  }

  public Path gradients() {
    return path.resolve("gradients.jsonl");
  }

  public Path events() {
    return path.resolve("events.jsonl");
  }

  /** There in a fork: of which run and step. */
  public Path fork() {
    return path.resolve("fork.json");
  }

  /** Who asked what of the training. */
  public Path audit() {
    return path.resolve("audit.jsonl");
  }

  /** There while somebody has paused the training. */
  public Path paused() {
    return path.resolve("paused");
  }

  /** What steps that a rollback undid had written, one folder for each rollback. */
  public Path undone(int rollback) {
    return path.resolve("undone").resolve("rollback-%02d".formatted(rollback));
  }

  /** What a new beginning keeps of what was there before. */
  public Path aside() {
    return path.resolve("aside");
  }

  public Path capsules() {
    return path.resolve("capsules");
  }

  public Path checkpoints() {
    return path.resolve("checkpoints");
  }
}
