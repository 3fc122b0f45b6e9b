package io.mocov3.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/** The commands of the program, run in this process. */
public final class Commands {
  private Commands() {}

  /** What a command left behind. */
  record Result(int code, String out, String err) {}

  /** The words of each command, from none for the program itself. */
  static List<List<String>> all() {
    return tree(Main.commandLine(), List.of()).toList();
  }

  private static Stream<List<String>> tree(CommandLine command, List<String> path) {
    Stream<List<String>> children =
        command.getSubcommands().entrySet().stream()
            .flatMap(
                child -> {
                  List<String> words = new ArrayList<>(path);
                  words.add(child.getKey());
                  return tree(child.getValue(), words);
                });
    return Stream.concat(Stream.of(path), children);
  }

  static CommandLine.Model.CommandSpec spec(List<String> command) {
    CommandLine result = Main.commandLine();
    for (String word : command) {
      result = result.getSubcommands().get(word);
    }
    return result.getCommandSpec();
  }

  static Result run(List<String> command, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all = Stream.concat(command.stream(), Arrays.stream(arguments)).toArray(String[]::new);
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(all);
    return new Result(code, out.toString(), err.toString());
  }
}
