package io.mocov3.app.data;

import picocli.CommandLine.Command;

/** {@code mocov3 bench}: measurements on this machine. */
@Command(
    name = "bench",
    description = "Measures this machine.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = BenchDataCommand.class)
public final class BenchCommand {}
