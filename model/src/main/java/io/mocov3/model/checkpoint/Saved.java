package io.mocov3.model.checkpoint;

import io.mocov3.model.ModelException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/** One object of a checkpoint's JSON, read by name. A value that is not there is refused. */
public record Saved(Map<?, ?> values) {

  /** In the order of the file. */
  public SequencedSet<String> names() {
    return values.keySet().stream()
        .map(String::valueOf)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  public boolean has(String name) {
    return values.get(name) != null;
  }

  public long integer(String name) {
    return get(name, Number.class).longValue();
  }

  public double number(String name) {
    return get(name, Number.class).doubleValue();
  }

  public boolean flag(String name) {
    return get(name, Boolean.class);
  }

  public String text(String name) {
    return get(name, String.class);
  }

  public Saved object(String name) {
    return new Saved(get(name, Map.class));
  }

  public List<Saved> objects(String name) {
    return list(name).stream().map(element -> new Saved(as(name, element, Map.class))).toList();
  }

  public List<Double> numbers(String name) {
    return list(name).stream()
        .map(element -> as(name, element, Number.class).doubleValue())
        .toList();
  }

  public long[] integers(String name) {
    return list(name).stream()
        .mapToLong(element -> as(name, element, Number.class).longValue())
        .toArray();
  }

  public List<String> texts(String name) {
    return list(name).stream().map(element -> as(name, element, String.class)).toList();
  }

  private List<?> list(String name) {
    return get(name, List.class);
  }

  private <T> T get(String name, Class<T> type) {
    return as(name, values.get(name), type);
  }

  private static <T> T as(String name, Object value, Class<T> type) {
    if (!type.isInstance(value)) {
      throw new ModelException(
          "%s is %s, but must be a %s".formatted(name, value, type.getSimpleName()));
    }
    return type.cast(value);
  }
}
