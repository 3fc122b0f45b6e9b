package io.mocov3.app;

import io.mocov3.app.bench.BenchCommand;
import io.mocov3.app.ctl.CtlCommand;
import io.mocov3.app.data.DataCommand;
import io.mocov3.app.data.PreviewCommand;
import io.mocov3.app.eval.EvalCommand;
import io.mocov3.app.eval.ExactnessCommand;
import io.mocov3.app.eval.FeaturesCommand;
import io.mocov3.app.launch.LaunchCommand;
import io.mocov3.app.output.Version;
import io.mocov3.app.train.DoctorCommand;
import io.mocov3.app.train.ForkCommand;
import io.mocov3.app.train.QuickstartCommand;
import io.mocov3.app.train.ReplayCommand;
import io.mocov3.app.train.ReportCommand;
import io.mocov3.app.train.SweepCommand;
import io.mocov3.app.train.TrainCommand;
import io.mocov3.app.weights.ExportCommand;
import io.mocov3.app.weights.ImportCommand;
import picocli.CommandLine.Command;

/** The root of the commands. */
@Command(
    name = "mocov3",
    description =
        "Self-supervised training of vision transformers with MoCo v3, SimCLR, BYOL or SwAV.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      QuickstartCommand.class,
      TrainCommand.class,
      LaunchCommand.class,
      CtlCommand.class,
      SweepCommand.class,
      ReportCommand.class,
      ForkCommand.class,
      ReplayCommand.class,
      EvalCommand.class,
      FeaturesCommand.class,
      DoctorCommand.class,
      DataCommand.class,
      PreviewCommand.class,
      BenchCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      ExactnessCommand.class
    })
final class Cli {}
