package io.mocov3.app.bench;

import picocli.CommandLine.Command;

/** {@code mocov3 bench}: measurements on this machine. */
@Command(
    name = "bench",
    description = "Measures this machine.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      BenchDataCommand.class,
      BenchStepCommand.class,
      BenchTrainCommand.class,
      BenchKnnCommand.class
    })
public final class BenchCommand {}
