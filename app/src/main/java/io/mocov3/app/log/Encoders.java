package io.mocov3.app.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import com.fasterxml.jackson.core.JsonGenerator;
import io.mocov3.app.output.JsonOutput;
import java.io.IOException;
import java.util.Map;
import java.util.function.LongSupplier;
import net.logstash.logback.composite.AbstractJsonProvider;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashFieldNames;

/** The two forms of a line of the log. */
final class Encoders {
  private Encoders() {}

  /** As people read it, by that pattern. */
  static Encoder<ILoggingEvent> text(LoggerContext context, String pattern) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(pattern);
    encoder.start();
    return encoder;
  }

  /** One JSON object a line, with the run's name and the step that is done. */
  static Encoder<ILoggingEvent> json(LoggerContext context, String run, LongSupplier step) {
    LogstashEncoder encoder = new LogstashEncoder();
    encoder.setContext(context);
    LogstashFieldNames names = new LogstashFieldNames();
    names.setLogger("logger");
    names.setThread("thread");
    names.setVersion(null);
    names.setLevelValue(null);
    encoder.setFieldNames(names);
    encoder.setCustomFields(JsonOutput.text(Map.of("run", run)));
    encoder.addProvider(new Step(step));
    encoder.start();
    return encoder;
  }

  private static final class Step extends AbstractJsonProvider<ILoggingEvent> {
    private final LongSupplier step;

    private Step(LongSupplier step) {
      this.step = step;
    }

    @Override
    public void writeTo(JsonGenerator generator, ILoggingEvent event) throws IOException {
      generator.writeNumberField("step", step.getAsLong());
    }
  }
}
