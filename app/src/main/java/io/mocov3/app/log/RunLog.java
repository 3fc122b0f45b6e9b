package io.mocov3.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.mocov3.app.output.RunException;
import io.mocov3.app.output.Signals;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.IoReason;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.LoggerFactory;

/**
 * The lines of a training and of all that works for it: on standard error, and also in a file if
 * there is one, as text or as JSON. SIGHUP opens the file anew, for it may have been moved away.
 */
public final class RunLog implements AutoCloseable {
  private static final String NAME = "mocov3";
  private static final String STANDARD_ERROR = "ERR";
  private static final String FAILURE = "mocov3: ";

  private final PrintStream err;
  private final Console console;
  private final boolean json;
  private final AtomicLong step = new AtomicLong();
  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final Logger logger = context.getLogger(NAME);
  private final Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final PatternLayoutEncoder text;
  private Optional<FileAppender<ILoggingEvent>> file = Optional.empty();
  private Runnable hangup = () -> {};

  /**
   * {@code terminal} tells whether {@code err} is one.
   *
   * @throws RunException when the file cannot be written
   */
  public RunLog(Settings.Log settings, String run, PrintStream err, boolean terminal) {
    this.err = err;
    console = new Console(err, terminal);
    json = settings.format() == Settings.LogFormat.JSON;
    text = (PatternLayoutEncoder) standardError().getEncoder();
    if (json) {
      use(Encoders.json(context, run, step::get));
    }
    settings
        .file()
        .ifPresent(
            path ->
                open(
                    path,
                    json
                        ? Encoders.json(context, run, step::get)
                        : Encoders.text(context, text.getPattern())));
    logger.setLevel(json || file.isPresent() ? Level.INFO : Level.OFF);
    logger.setAdditive(json);
  }

  private ConsoleAppender<ILoggingEvent> standardError() {
    return (ConsoleAppender<ILoggingEvent>) root.getAppender(STANDARD_ERROR);
  }

  private void use(Encoder<ILoggingEvent> encoder) {
    ConsoleAppender<ILoggingEvent> appender = standardError();
    appender.stop();
    appender.setEncoder(encoder);
    appender.start();
  }

  private void open(Path path, Encoder<ILoggingEvent> encoder) {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      new FileOutputStream(path.toFile(), true).close();
    } catch (IOException e) {
      close();
      throw new RunException(
          "log.file %s cannot be written (%s); set another one".formatted(path, IoReason.of(e)), e);
    }
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setContext(context);
    appender.setFile(path.toString());
    appender.setEncoder(encoder);
    appender.start();
    root.addAppender(appender);
    if (!json) {
      logger.addAppender(appender);
    }
    file = Optional.of(appender);
    hangup = Signals.on("HUP", () -> reopen(appender)).orElse(() -> {});
  }

  private void reopen(FileAppender<ILoggingEvent> appender) {
    try {
      appender.openFile(appender.getFile());
    } catch (IOException e) {
      warn("%s cannot be opened anew: %s".formatted(appender.getFile(), IoReason.of(e)));
    }
  }

  /** So many steps are done; every JSON line says so. */
  public void at(long steps) {
    step.set(steps);
  }

  public void line(String line) {
    if (!json) {
      console.line(line);
    }
    logger.info("{}", line.strip());
  }

  public void warn(String line) {
    if (!json) {
      console.line("warning: " + line);
    }
    logger.warn("{}", line.strip());
  }

  /** How far training is: of this the newest is enough. */
  public void progress(String line) {
    if (!json) {
      console.progress(line);
    }
    logger.info("{}", line.strip());
  }

  /** For whoever prints lines; one that begins with the program's name tells of a failure. */
  public PrintStream stream() {
    return new PrintStream(new LoggedLines(this::printed), true, StandardCharsets.UTF_8);
  }

  private void printed(String line) {
    if (!json) {
      err.println(line);
    }
    if (line.startsWith(FAILURE)) {
      logger.error("{}", line.substring(FAILURE.length()));
    } else {
      logger.info("{}", line.strip());
    }
  }

  /** The log is as it was before. */
  @Override
  public void close() {
    if (file.isPresent()) {
      hangup.run();
      root.detachAppender(file.get());
      logger.detachAppender(file.get());
      file.get().stop();
    }
    logger.setLevel(null);
    logger.setAdditive(true);
    if (json) {
      use(text);
    }
  }
}
