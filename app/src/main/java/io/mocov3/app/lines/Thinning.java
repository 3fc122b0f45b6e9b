package io.mocov3.app.lines;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bounds a log of one line a step: the newest steps stay as they are; of the older ones, of as many
 * stretches of equal length as may be, the line of the largest gradient stays. Lengths are powers
 * of two, so that what goes is decided by the step and the gradients alone: thinning twice, or
 * again after a part was computed again, leaves the same lines.
 *
 * @param newest steps of which every line stays
 * @param stretches most lines of older steps
 * @param every steps between two thinnings
 */
public record Thinning(long newest, long stretches, long every) {

  /** Some 800 bytes a line for a ViT-S: at most 30 MB. */
  public static final Thinning GRADIENTS = new Thinning(16_384, 16_384, 4096);

  /** What is wanted of a line is at its beginning, as the run writes it. */
  private static final Pattern LINE =
      Pattern.compile("\\{\"step\":(\\d{1,18}),\"l2\":\\{(?:[^}]*,)?\"all\":\"?([^,}\"]+)");

  /** A line that may stay, and where it is. */
  private record Candidate(long start, double norm) {

    private Candidate larger(Candidate later) {
      return later.norm > norm ? later : this;
    }
  }

  public boolean isDue(long step) {
    return step % every == 0 && stretch(step) > 1;
  }

  /** Steps of which one line stays, of those older than the newest. */
  private long stretch(long step) {
    long stretch = 1;
    while ((step - newest) / stretch > stretches) {
      stretch *= 2;
    }
    return stretch;
  }

  /** Which lines of {@code file} stay after {@code step}; damaged ones do. */
  Predicate<LineReader.Line> wanted(Path file, long step) throws IOException {
    long old = step - newest;
    long stretch = stretch(step);
    Map<Long, Candidate> largest = new HashMap<>();
    Set<Long> candidates = new HashSet<>();
    LineReader.read(
        file,
        line -> {
          Matcher text = LINE.matcher(new String(line.bytes(), StandardCharsets.ISO_8859_1));
          if (text.lookingAt()) {
            long of = Long.parseLong(text.group(1));
            if (of <= old) {
              candidates.add(line.start());
              largest.merge(
                  (of - 1) / stretch,
                  new Candidate(line.start(), norm(text.group(2))),
                  Candidate::larger);
            }
          }
        });
    largest.values().forEach(candidate -> candidates.remove(candidate.start()));
    return line -> !candidates.contains(line.start());
  }

  /** Nothing is larger than what is not finite. */
  private static double norm(String text) {
    try {
      double norm = Double.parseDouble(text);
      return Double.isFinite(norm) ? norm : Double.POSITIVE_INFINITY;
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
