package io.mocov3.app.output;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;

/**
 * {@link Escaped} text of a log line: a word of the pattern in {@code logback.xml}. With the option
 * {@code lines} lines stay lines, with {@code line} they do not.
 */
public final class EscapedText extends CompositeConverter<ILoggingEvent> {

  @Override
  protected String transform(ILoggingEvent event, String text) {
    return "lines".equals(getFirstOption()) ? Escaped.lines(text) : Escaped.text(text);
  }
}
