package io.mocov3.app.eval;

import picocli.CommandLine.Command;

/** {@code mocov3 eval}: how good the features are. */
@Command(
    name = "eval",
    description = "Evaluates a run or exported weights.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      EvalKnnCommand.class,
      EvalLinearCommand.class,
      EvalFinetuneCommand.class,
      EvalFewShotCommand.class,
      EvalRetrievalCommand.class
    })
public final class EvalCommand {}
