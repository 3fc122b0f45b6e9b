package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.device.Placement;
import io.mocov3.model.evaluation.FeatureParts;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.TensorCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/**
 * Features in folders named by all that they depend on: the weights, the images, how both are
 * looked at. So a command that was ended goes on, and the next one finds them.
 */
final class FeatureCache {
  private static final int NAME = 24;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Keeps features there while they are computed: a command that was ended goes on, and others"
              + " find them.")
  private Path folder;

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
    Placement placement = encoder.weights().placement();
    MessageDigest sum = newSha256();
    encoder
        .weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              add(sum, name);
              sum.update(TensorCodec.toData(tensor).bytes());
            });
    sets.ids(images).forEach(id -> add(sum, id));
    List<?> seen =
        List.of(
            sets.framing(),
            new TreeSet<>(kinds),
            settings.mean(),
            settings.std(),
            settings.step().precision(),
            placement);
    add(sum, seen.toString());
    String name = HexFormat.of().formatHex(sum.digest()).substring(0, NAME);
    return Optional.of(new FeatureParts(folder.resolve(name), kinds, placement));
  }

  private static void add(MessageDigest sum, String text) {
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    sum.update((byte) 0);
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
