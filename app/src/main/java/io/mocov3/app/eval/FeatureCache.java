package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.data.DataDigest;
import io.mocov3.app.output.RunException;
import io.mocov3.app.run.RunLock;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.IoReason;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.evaluation.FeatureParts;
import io.mocov3.model.method.Encoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/**
 * Features in folders named by all that they depend on: the weights, the images, how both are
 * looked at. So a command that was ended goes on, and the next one finds them. One command at a
 * time has a folder.
 */
final class FeatureCache implements AutoCloseable {
  private static final int NAME = 24;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Keeps features there while they are computed: a command that was ended goes on, and others"
              + " find them.")
  private Path folder;

  private final List<RunLock> locks = new ArrayList<>();
  private final Map<Encoder, String> weights = new HashMap<>();

  /** For a command that computes no features. */
  void refuse(String why) {
    if (folder != null) {
      throw new SettingsException("--cache: " + why);
    }
  }

  /** The place of the features of these images, if features are to be kept. */
  Optional<FeatureParts> kept(
      Settings settings,
      Encoder encoder,
      LabelledSets sets,
      LabelledSets.Images images,
      Set<FeatureKind> kinds) {
    if (folder == null) {
      return Optional.empty();
    }
    List<Object> all =
        List.of(
            weights.computeIfAbsent(encoder, Sums::of),
            Sums.seen(settings, encoder),
            DataDigest.of(images.source(), settings.data().isRemote()),
            images.most(),
            sets.framing(),
            new TreeSet<>(kinds));
    Path own = folder.resolve(Sums.of(all.toString()).substring(0, NAME));
    try {
      Files.createDirectories(own);
      locks.add(RunLock.take(own, Duration.ZERO, () -> {}, "give another --cache"));
    } catch (IOException e) {
      throw new RunException("--cache: %s cannot be used: %s".formatted(own, IoReason.of(e)), e);
    }
    return Optional.of(new FeatureParts(own, kinds, encoder.weights().placement()));
  }

  @Override
  public void close() {
    for (RunLock lock : locks) {
      try {
        lock.close();
      } catch (IOException e) {
        throw new RunException("--cache cannot be unlocked: " + IoReason.of(e), e);
      }
    }
    locks.clear();
  }
}
