package io.mocov3.augment.source;

import io.mocov3.augment.DataException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Classes of samples whose labels are texts. */
public final class TextLabels {
  private final List<String> names;
  private final int[] labels;

  private TextLabels(List<String> names, int[] labels) {
    this.names = names;
    this.labels = labels;
  }

  /** So many samples without a label. */
  public static TextLabels none(int size) {
    int[] labels = new int[size];
    Arrays.fill(labels, ImageSource.NO_LABEL);
    return new TextLabels(List.of(), labels);
  }

  /** The classes are the texts that there are; whole numbers are put in order as numbers. */
  public static TextLabels distinct(List<String> texts) {
    Comparator<String> order =
        areNumbers(texts, 9)
            ? Comparator.comparingInt(Integer::parseInt)
            : Comparator.naturalOrder();
    List<String> names = texts.stream().distinct().sorted(order).toList();
    Map<String, Integer> positions = positions(names);
    return new TextLabels(names, texts.stream().mapToInt(positions::get).toArray());
  }

  /**
   * Whole numbers are classes themselves, 0 to the largest or to the last of the {@code given}
   * names; other texts are names.
   *
   * @param given the names of the classes, from {@code place}; empty when they are not given
   * @throws DataException for a label that is none of them
   */
  public static TextLabels numbered(List<String> texts, List<String> given, String place) {
    boolean numbers = areNumbers(texts, 6);
    List<String> names = given;
    if (given.isEmpty()) {
      names = numbers ? upTo(texts) : texts.stream().distinct().sorted().toList();
    }
    Map<String, Integer> positions = positions(names);
    int[] labels = new int[texts.size()];
    for (int i = 0; i < labels.length; i++) {
      String text = texts.get(i);
      Integer label = numbers ? Integer.valueOf(text) : positions.get(text);
      if (label == null || label >= names.size()) {
        throw new DataException(
            "label \"%s\" is not one of the %d classes%s"
                .formatted(text, names.size(), given.isEmpty() ? "" : " of " + place));
      }
      labels[i] = label;
    }
    return new TextLabels(names, labels);
  }

  private static List<String> upTo(List<String> numbers) {
    int largest = numbers.stream().mapToInt(Integer::parseInt).max().orElse(0);
    return IntStream.rangeClosed(0, largest).mapToObj(Integer::toString).toList();
  }

  private static boolean areNumbers(List<String> texts, int mostDigits) {
    Predicate<String> number =
        Pattern.compile("\\d{1,%d}".formatted(mostDigits)).asMatchPredicate();
    return texts.stream().allMatch(number);
  }

  private static Map<String, Integer> positions(List<String> names) {
    Map<String, Integer> positions = new HashMap<>();
    for (String name : names) {
      positions.put(name, positions.size());
    }
    return positions;
  }

  /** In the order of the labels; empty without labels. */
  public List<String> names() {
    return names;
  }

  /** The class of a sample, or {@link ImageSource#NO_LABEL}. */
  public int of(int index) {
    return labels[index];
  }

  /** Number of samples. */
  public int size() {
    return labels.length;
  }
}
