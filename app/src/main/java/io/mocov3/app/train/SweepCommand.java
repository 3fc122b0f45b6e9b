package io.mocov3.app.train;

import io.mocov3.app.daemon.TrainingDaemon;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.settings.Study;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mocov3 sweep FILE}: the variants of a study, one after the other, and their report. */
@Command(
    name = "sweep",
    description = {
      "Trains the variants of a study one after the other and lays them over each other in one",
      "report.html. The same command again goes on where it was."
    },
    mixinStandardHelpOptions = true)
public final class SweepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The study, such as conf/paper/*.conf.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one key of every variant; may be given many times.")
  private List<String> overrides = new ArrayList<>();

  @Override
  public Integer call() {
    Study study = Study.load(file, overrides);
    PrintStream err = System.err;
    List<String> failed = new ArrayList<>();
    for (Map.Entry<String, Settings> variant : study.variants().entrySet()) {
      err.println("== " + variant.getKey());
      int code = new TrainingDaemon(variant.getValue(), err).run();
      if (code != ExitCode.DONE && code != ExitCode.FAILED) {
        return code;
      }
      if (code == ExitCode.FAILED) {
        failed.add(variant.getKey());
      }
    }
    Path report = study.directory().resolve("report.html");
    List<Path> runs = study.variants().values().stream().map(one -> one.run().directory()).toList();
    Reports.write(runs, report, false, spec.commandLine().getErr());
    spec.commandLine().getOut().println(report);
    spec.commandLine().getOut().flush();
    if (!failed.isEmpty()) {
      err.println("mocov3: failed for good: " + String.join(", ", failed));
      return ExitCode.FAILED;
    }
    return ExitCode.DONE;
  }
}
