package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names with braces: {@code train-{000000..000146}.tar} or {@code {a,b}.tar}. */
public final class ShardPattern {
  private static final Pattern BRACES = Pattern.compile("\\{([^{}]*)\\}");
  private static final Pattern RANGE = Pattern.compile("(\\d+)\\.\\.(\\d+)");
  private static final int LIMIT = 1_000_000;

  private ShardPattern() {}

  /**
   * All names of a pattern, in its order; a name without braces is itself.
   *
   * @throws DataException when a range is not from a smaller to a larger number
   */
  public static List<String> expand(String pattern) {
    Matcher braces = BRACES.matcher(pattern);
    if (!braces.find()) {
      return List.of(pattern);
    }
    String head = pattern.substring(0, braces.start());
    List<String> tails = expand(pattern.substring(braces.end()));
    List<String> names = new ArrayList<>();
    for (String middle : alternatives(braces.group(1), pattern)) {
      for (String tail : tails) {
        names.add(head + middle + tail);
        if (names.size() > LIMIT) {
          throw new DataException(pattern + " names more than " + LIMIT + " shards");
        }
      }
    }
    return names;
  }

  private static List<String> alternatives(String inside, String pattern) {
    Matcher range = RANGE.matcher(inside);
    if (!range.matches()) {
      return List.of(inside.split(",", -1));
    }
    int digits = range.group(1).length();
    if (digits > 9 || range.group(2).length() > 9) {
      throw new DataException(pattern + " has a number of more than 9 digits in its range");
    }
    int from = Integer.parseInt(range.group(1));
    int to = Integer.parseInt(range.group(2));
    if (from > to || to - from >= LIMIT) {
      throw new DataException(
          pattern + " has a range from " + from + " to " + to + "; write {000000..000146}");
    }
    List<String> names = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      names.add(String.format("%0" + digits + "d", i));
    }
    return names;
  }
}
