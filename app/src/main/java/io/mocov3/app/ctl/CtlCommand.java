package io.mocov3.app.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.app.control.Actions;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.app.output.Rate;
import io.mocov3.app.output.RunException;
import io.mocov3.model.IoReason;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mocov3 ctl ACTION}: the control API from a terminal. */
@Command(
    name = "ctl",
    description = {
      "Operates a running training over HTTP and waits for what comes of it.",
      "Ends with 0 when it was done, 1 when it was refused, 2 when nobody could be asked."
    },
    mixinStandardHelpOptions = true)
public final class CtlCommand implements Callable<Integer> {
  private static final String STATUS = "status";

  /** What can be asked. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      List<String> names = new ArrayList<>(List.of(STATUS));
      Actions.names().forEach(names::add);
      return names.iterator();
    }
  }

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "ACTION",
      completionCandidates = Names.class,
      description = "One of ${COMPLETION-CANDIDATES}.")
  private String action;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:9464",
      description = "Where the training serves; by default ${DEFAULT-VALUE}.")
  private URI url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file whose first line is a token of http.token-file; by default the variable"
              + " MOCOV3_TOKEN.")
  private Path tokenFile;

  @Option(
      names = "--to-step",
      paramLabel = "STEP",
      description =
          "With rollback: to the newest checkpoint of at most so many steps, instead of the newest"
              + " one from before the present step.")
  private Long toStep;

  @Option(names = "--watch", description = "Then prints what happens, until the training ends.")
  private boolean watch;

  @Option(names = "--json", description = "Prints the answer as JSON, and events one a line.")
  private boolean json;

  @Override
  public Integer call() {
    requireSense();
    ControlClient client = new ControlClient(url, token());
    long newest = watch ? newest(client) : 0;
    ControlClient.Answer answer =
        action.equals(STATUS)
            ? client.get("/api/v1/status")
            : client.post("/api/v1/" + action, body());
    PrintWriter out = spec.commandLine().getOut();
    print(answer, out);
    return watch && answer.isGood() ? watch(client, newest, out) : code(answer);
  }

  /** Until the training has said that it ends. */
  private int watch(ControlClient client, long newest, PrintWriter out) {
    AtomicBoolean ended = new AtomicBoolean();
    client.events(
        newest,
        event -> {
          print(event, out);
          if (event.has("state")) {
            ended.set(event.path("state").asText().equals("ended"));
          }
        });
    if (!ended.get()) {
      throw new RunException(
          "%s sends no more events, and has not said that training ended; watch again"
              .formatted(url));
    }
    return ExitCode.DONE;
  }

  private static long newest(ControlClient client) {
    JsonNode events = client.get("/api/v1/events").document().path("events");
    return events.path(events.size() - 1).path("id").asLong();
  }

  private void requireSense() {
    List<String> names = new ArrayList<>();
    new Names().forEach(names::add);
    if (!names.contains(action)) {
      throw wrong("%s is not one of %s".formatted(action, String.join(", ", names)));
    }
    if (toStep != null && !action.equals("rollback")) {
      throw wrong("--to-step is only for rollback");
    }
    if (toStep != null && toStep < 0) {
      throw wrong("--to-step %d is not 0 or more".formatted(toStep));
    }
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null) {
      throw wrong("--url %s is not like http://127.0.0.1:9464".formatted(url));
    }
  }

  private ParameterException wrong(String line) {
    return new ParameterException(spec.commandLine(), line);
  }

  private Optional<String> token() {
    if (tokenFile == null) {
      return Optional.ofNullable(System.getenv("MOCOV3_TOKEN")).filter(text -> !text.isBlank());
    }
    try {
      return Files.readString(tokenFile)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .findFirst();
    } catch (IOException e) {
      throw new RunException("--token-file %s: %s".formatted(tokenFile, IoReason.of(e)), e);
    }
  }

  private String body() {
    return toStep == null ? "{}" : JsonOutput.text(Map.of(Actions.TO_STEP, toStep));
  }

  private static int code(ControlClient.Answer answer) {
    return switch (answer.status()) {
      case 200 -> ExitCode.DONE;
      case 400, 401, 403, 409 -> ExitCode.CHECK_FAILED;
      default -> ExitCode.USAGE;
    };
  }

  private void print(ControlClient.Answer answer, PrintWriter out) {
    if (!answer.isGood()) {
      spec.commandLine().getErr().println("mocov3: " + Escaped.text(answer.error()));
      spec.commandLine().getErr().flush();
    } else if (json) {
      JsonOutput.print(out, answer.document());
    } else {
      out.println(
          Escaped.text(
              action.equals(STATUS)
                  ? status(answer.document())
                  : answer.document().path("line").asText()));
      out.flush();
    }
  }

  private void print(JsonNode event, PrintWriter out) {
    out.println(json ? event.toString() : Escaped.text(line(event)));
    out.flush();
  }

  private static String status(JsonNode status) {
    String reason = status.path("reason").asText();
    return String.format(
        Locale.ROOT,
        "%s%s; step %d of %d, epoch %.2f, loss %s, %s; %s",
        status.path("state").asText().replace('_', ' '),
        reason.isEmpty() ? "" : ": " + reason,
        status.path("step").asLong(),
        status.path("steps").asLong(),
        status.path("epoch").asDouble(),
        status.path("loss").isNumber() ? loss(status) : "none yet",
        Rate.text(status.path("images_per_second").asDouble()),
        status.path("run").asText());
  }

  /** What is not a number is said as it is. */
  private static String loss(JsonNode of) {
    JsonNode loss = of.path("loss");
    return loss.isNumber() ? String.format(Locale.ROOT, "%.4f", loss.asDouble()) : loss.asText();
  }

  private static String line(JsonNode event) {
    if (event.path("type").asText().equals("step")) {
      return String.format(
          Locale.ROOT,
          "step %d  epoch %.2f  loss %s  %s",
          event.path("step").asLong(),
          event.path("epoch").asDouble(),
          loss(event),
          Rate.text(event.path("images_per_second").asDouble()));
    }
    return "%s  %s".formatted(event.path("time").asText(), event.path("line").asText());
  }
}
