package io.mocov3.app.output;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version and the commit that the build wrote down; either may be unknown. */
public final class Version implements IVersionProvider {

  /** Such as {@code 0.1.0 (0123abc)}. */
  public static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    String commit = commit();
    return (version == null ? "development" : version)
        + (commit.isEmpty() ? "" : " (" + commit + ")");
  }

  private static String commit() {
    Properties git = new Properties();
    try (InputStream stream = Version.class.getResourceAsStream("git.properties")) {
      if (stream == null) {
        return "";
      }
      git.load(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String id = git.getProperty("git.commit.id.full", "");
    String dirty = git.getProperty("git.dirty", "").equals("true") ? ", changed" : "";
    return id.isEmpty() ? "" : id.substring(0, Math.min(10, id.length())) + dirty;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"mocov3 " + text()};
  }
}
