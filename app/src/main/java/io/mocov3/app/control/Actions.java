package io.mocov3.app.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.actors.control.ControlRequest;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.function.Function;

/** The actions by name, as they are called in paths and by {@code ctl}, and their arguments. */
public final class Actions {
  public static final String TO_STEP = "to_step";

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** An argument that an action does not take, or a wrong value; the message is one line. */
  public static final class BadArgumentException extends RuntimeException {
    BadArgumentException(String message) {
      super(message);
    }
  }

  private static final SequencedMap<String, Function<JsonNode, ControlRequest>> BY_NAME = byName();

  private Actions() {}

  private static SequencedMap<String, Function<JsonNode, ControlRequest>> byName() {
    SequencedMap<String, Function<JsonNode, ControlRequest>> all = new LinkedHashMap<>();
    all.put("pause", body -> new ControlRequest.Pause());
    all.put("resume", body -> new ControlRequest.Resume());
    all.put("checkpoint", body -> new ControlRequest.Checkpoint());
    all.put("evaluate", body -> new ControlRequest.Evaluate());
    all.put("rollback", body -> new ControlRequest.Rollback(step(body)));
    all.put("stop", body -> new ControlRequest.Stop());
    return all;
  }

  public static Iterable<String> names() {
    return BY_NAME.sequencedKeySet();
  }

  static boolean has(String name) {
    return BY_NAME.containsKey(name);
  }

  /** {@code body} is a JSON object, or empty. */
  static ControlRequest parse(String name, String body) {
    JsonNode arguments = arguments(body);
    for (Iterator<String> fields = arguments.fieldNames(); fields.hasNext(); ) {
      String field = fields.next();
      if (!name.equals("rollback") || !field.equals(TO_STEP)) {
        throw new BadArgumentException(
            "%s does not take %s; %s"
                .formatted(
                    name,
                    field,
                    name.equals("rollback") ? "it takes " + TO_STEP : "it takes nothing"));
      }
    }
    return BY_NAME.get(name).apply(arguments);
  }

  private static JsonNode arguments(String body) {
    if (body.isBlank()) {
      return MAPPER.createObjectNode();
    }
    try {
      JsonNode node = MAPPER.readTree(body);
      if (!node.isObject()) {
        throw new BadArgumentException("the body is not a JSON object");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new BadArgumentException("the body is not JSON");
    }
  }

  private static OptionalLong step(JsonNode arguments) {
    JsonNode step = arguments.path(TO_STEP);
    if (step.isMissingNode()) {
      return OptionalLong.empty();
    }
    if (!step.isIntegralNumber() || !step.canConvertToLong() || step.asLong() < 0) {
      throw new BadArgumentException(
          "%s %s is not a whole number of steps, 0 or more".formatted(TO_STEP, step));
    }
    return OptionalLong.of(step.asLong());
  }

  /** The arguments of {@code request} by name. */
  static Map<String, Object> arguments(ControlRequest request) {
    return request instanceof ControlRequest.Rollback back && back.to().isPresent()
        ? Map.of(TO_STEP, back.to().getAsLong())
        : Map.of();
  }
}
