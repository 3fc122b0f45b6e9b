package io.mocov3.app.data;

import picocli.CommandLine.Command;

/** {@code mocov3 data}: data sets on disk. */
@Command(
    name = "data",
    description = "Makes, checks and packs data sets.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {MakeShapesCommand.class, VerifyCommand.class, ShardCommand.class})
public final class DataCommand {}
