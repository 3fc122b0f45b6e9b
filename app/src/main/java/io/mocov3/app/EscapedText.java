package io.mocov3.app;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;
import java.util.stream.Collectors;

/**
 * What a log line must not hold, since a terminal would obey it, as <code>&#92;u001b</code>: a word
 * of the pattern in {@code logback.xml}. With the option {@code lines} lines stay lines, with
 * {@code line} they do not.
 */
public final class EscapedText extends CompositeConverter<ILoggingEvent> {

  @Override
  protected String transform(ILoggingEvent event, String text) {
    boolean lines = "lines".equals(getFirstOption());
    return text.chars()
        .mapToObj(
            c ->
                Character.isISOControl(c) && !(lines && (c == '\n' || c == '\t'))
                    ? "\\u%04x".formatted(c)
                    : Character.toString(c))
        .collect(Collectors.joining());
  }
}
