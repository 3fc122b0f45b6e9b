package io.mocov3.app.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.mocov3.model.IoReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads one HOCON file and what it includes; what cannot be read is refused in one line. */
public final class ExperimentFile {
  private ExperimentFile() {}

  public static Config parse(Path file) {
    return parse(file, List.of());
  }

  /** The same for a file that is included; {@code including} are the files on the way to it. */
  public static Config parse(Path file, List<Path> including) {
    ConfigParseOptions options =
        ConfigParseOptions.defaults()
            .setSyntax(syntax(file))
            .setOriginDescription(file.toString())
            .setIncluder(new Includes(file, including));
    try {
      return ConfigFactory.parseString(text(file), options);
    } catch (ConfigException e) {
      throw new SettingsException(Layers.oneLine(e), e);
    } catch (StackOverflowError e) {
      throw new SettingsException(file + ": sections or lists are nested too deeply", e);
    }
  }

  private static ConfigSyntax syntax(Path file) {
    String name = file.toString();
    return name.endsWith(".json")
        ? ConfigSyntax.JSON
        : name.endsWith(".properties") ? ConfigSyntax.PROPERTIES : ConfigSyntax.CONF;
  }

  private static String text(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      CharBuffer text = CharBuffer.allocate(bytes.capacity());
      CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
      if (decoder.decode(bytes, text, true).isError()) {
        throw new SettingsException(
            "%s: %d: is not UTF-8 text (byte 0x%02x)"
                .formatted(file, line(bytes), bytes.get(bytes.position())));
      }
      return text.flip().toString();
    } catch (IOException e) {
      throw new SettingsException(file + " cannot be read: " + IoReason.of(e), e);
    }
  }

  /** The line of the first byte that is left, counted from 1. */
  private static int line(ByteBuffer bytes) {
    int line = 1;
    for (int i = 0; i < bytes.position(); i++) {
      if (bytes.get(i) == '\n') {
        line++;
      }
    }
    return line;
  }
}
