package io.mocov3.app.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Finds what a file includes: beside that file, whether the name stands alone or in {@code file()},
 * with or without {@code .conf}. An include of nothing is refused, {@code required} or not: without
 * it another model would train.
 */
final class Includes
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
  private static final List<String> ENDINGS = List.of("", ".conf", ".json", ".properties");

  private final Path file;
  private final List<Path> including;

  Includes(Path file, List<Path> including) {
    this.file = file;
    this.including = including;
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return this;
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    if (!what.matches("(?i)(https?|file|jar):.*")) {
      return beside(what);
    }
    try {
      return includeURL(context, java.net.URI.create(what).toURL());
    } catch (IllegalArgumentException | IOException e) {
      throw refused(what, "is not a URL: " + e.getMessage());
    }
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    return beside(what.getPath());
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    if (what.getProtocol().equals("file")) {
      try {
        return beside(Path.of(what.toURI()).toString());
      } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
        throw refused(what.toString(), "is not the URL of a file: " + e.getMessage());
      }
    }
    return foreign(what.toString(), () -> ConfigFactory.parseURL(what, withoutIncludes(what)));
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    return foreign(
        what,
        () ->
            ConfigFactory.parseResources(
                Includes.class.getClassLoader(), what, withoutIncludes(what)));
  }

  private ConfigObject foreign(String what, Supplier<Config> parse) {
    try {
      return parse.get().root();
    } catch (ConfigException.Parse e) {
      throw refused(what, Layers.oneLine(e));
    } catch (ConfigException e) {
      throw refused(what, "cannot be read" + (e.getCause() == null ? "" : ": " + e.getCause()));
    }
  }

  private static ConfigParseOptions withoutIncludes(Object where) {
    return ConfigParseOptions.defaults()
        .setAllowMissing(false)
        .setIncluder(new NoIncludes(where.toString()));
  }

  private ConfigObject beside(String what) {
    Path found = find(what);
    try {
      List<Path> all = new ArrayList<>(including);
      all.add(file.toRealPath());
      if (all.contains(found.toRealPath())) {
        throw refused(what, "is a circle: that file is being read already");
      }
      return ExperimentFile.parse(found, all).root();
    } catch (IOException e) {
      throw refused(what, "cannot be read: " + e.getMessage());
    }
  }

  private Path find(String what) {
    try {
      for (String ending : ENDINGS) {
        Path path = file.resolveSibling(what + ending);
        if (Files.isRegularFile(path)) {
          return path;
        }
      }
      Path path = file.resolveSibling(what);
      throw refused(
          what,
          what.isEmpty() || Files.isDirectory(path)
              ? "is a folder; name a file in it"
              : "there is no file " + path.toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      throw refused(what, "is not the name of a file: " + e.getReason());
    }
  }

  private SettingsException refused(String what, String why) {
    return new SettingsException("%s: include \"%s\": %s".formatted(file, what, why));
  }
}
