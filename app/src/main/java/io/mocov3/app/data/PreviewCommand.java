package io.mocov3.app.data;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.settings.ExperimentOptions;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.batch.EpochOrder;
import io.mocov3.augment.sheet.PreviewSheet;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 preview CONF --out FILE.png}. */
@Command(
    name = "preview",
    description = "Draws images of an experiment beside the two views that training makes of them.",
    mixinStandardHelpOptions = true)
public final class PreviewCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ExperimentOptions experiment;

  @Option(names = "--out", required = true, paramLabel = "FILE.png", description = "Where to.")
  private Path out;

  @Option(names = "--images", defaultValue = "6", description = "How many: ${DEFAULT-VALUE}")
  private int images;

  @Option(names = "--epoch", defaultValue = "0", description = "Of which epoch: ${DEFAULT-VALUE}")
  private long epoch;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--images", images, 1, 100);
    SettingsException.requireBetween("--epoch", epoch, 0, 1_000_000);
    Settings settings = experiment.load();
    long seed = settings.run().seed();
    try (DataSets data = DataSets.open(settings.data())) {
      EpochOrder order = data.train().order();
      List<Integer> samples =
          Arrays.stream(order.indices(seed, epoch)).limit(images).boxed().toList();
      PreviewSheet.write(out, data.train(), samples, settings.views(), seed, epoch);
    }
    spec.commandLine().getOut().println(out);
    return 0;
  }
}
