package io.mocov3.app.daemon;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.run.RunPaths;
import io.mocov3.app.settings.RunRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Refuses to go on with a run under settings that would make it another run. What changes only how
 * long, how fast or how visibly it trains may differ.
 */
final class ResumeCheck {
  private static final List<String> FREE =
      List.of(
          "mocov3.run.name",
          "mocov3.run.directory",
          "mocov3.run.epochs",
          "mocov3.run.steps",
          "mocov3.run.log-samples",
          "mocov3.run.check-memory",
          "mocov3.run.stop-grace",
          "mocov3.run.lock-timeout",
          "mocov3.run.stuck-after",
          "mocov3.data.workers",
          "mocov3.data.cache",
          "mocov3.data.shard-cache-gib",
          "mocov3.data.max-bad-ratio",
          "mocov3.data.retry-for",
          "mocov3.data.buffers",
          "mocov3.data.test",
          "mocov3.step",
          "mocov3.method.memory-saver",
          "mocov3.evaluation",
          "mocov3.stability",
          "mocov3.checkpoint",
          "mocov3.distributed",
          "mocov3.http",
          "mocov3.metrics",
          "mocov3.log");

  private static final List<String> IMAGES =
      List.of(
          "mocov3.data.train",
          "mocov3.data.test",
          "mocov3.data.mix",
          "mocov3.data.format",
          "mocov3.evaluation.live.probes",
          "mocov3.evaluation.probes");

  private ResumeCheck() {}

  /**
   * @throws SettingsException naming the first key that differs
   */
  static void run(Path configFile, String rendered) {
    if (!Files.exists(configFile)) {
      return;
    }
    Config before =
        RunRecord.parse(
            configFile.getParent(),
            "or remove it if the run had the settings of now, which is then not checked");
    Config now = ConfigFactory.parseString(rendered);
    for (Map.Entry<String, ConfigValue> entry : now.entrySet()) {
      String key = entry.getKey();
      if (FREE.stream().noneMatch(free -> key.equals(free) || key.startsWith(free + "."))) {
        refuseChange(configFile, before, key, entry.getValue());
      }
    }
  }

  /** Whether a run that has a checkpoint trained with the images that are now named. */
  static boolean knowsImages(RunPaths paths, String rendered) {
    if (!Files.exists(paths.checkpoints().resolve("latest")) || !Files.exists(paths.configFile())) {
      return false;
    }
    Config before = RunRecord.parse(paths.path(), RunRecord.WRITE_AGAIN);
    Config now = ConfigFactory.parseString(rendered);
    return IMAGES.stream()
        .allMatch(key -> !before.hasPath(key) || value(before, key).equals(value(now, key)));
  }

  private static Optional<Object> value(Config config, String key) {
    return config.hasPath(key) ? Optional.of(config.getAnyRef(key)) : Optional.empty();
  }

  private static void refuseChange(Path file, Config before, String key, ConfigValue now) {
    if (before.hasPath(key) && !before.getValue(key).unwrapped().equals(now.unwrapped())) {
      throw new SettingsException(
          "%s holds a run with %s = %s, not %s; set another run.directory to start a new run"
              .formatted(
                  file.getParent(),
                  key.substring("mocov3.".length()),
                  before.getValue(key).unwrapped(),
                  now.unwrapped()));
    }
  }
}
