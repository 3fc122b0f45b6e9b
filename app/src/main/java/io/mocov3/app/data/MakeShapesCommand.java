package io.mocov3.app.data;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mocov3 data make-shapes DIR}. */
@Command(
    name = "make-shapes",
    description = "Writes the built-in labelled images as JPEG files: DIR/train and DIR/test.",
    mixinStandardHelpOptions = true)
final class MakeShapesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "Where to; must be empty or new.")
  private Path folder;

  @Option(names = "--train-images", defaultValue = "20000", description = "${DEFAULT-VALUE}")
  private int trainImages;

  @Option(names = "--test-images", defaultValue = "2000", description = "${DEFAULT-VALUE}")
  private int testImages;

  @Option(names = "--size", defaultValue = "32", description = "Side in pixels: ${DEFAULT-VALUE}")
  private int size;

  @Option(names = "--seed", defaultValue = "1", description = "${DEFAULT-VALUE}")
  private long seed;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--train-images", trainImages, 1, 100_000_000);
    SettingsException.requireBetween("--test-images", testImages, 1, 100_000_000);
    SettingsException.requireBetween("--size", size, 16, 4096);
    ShapesConfig config = new ShapesConfig(trainImages, testImages, size, seed);
    Shapes.ensure(folder, config);
    spec.commandLine()
        .getOut()
        .printf("%d training and %d test images in %s%n", trainImages, testImages, folder);
    return 0;
  }
}
