package io.mocov3.app;

import picocli.CommandLine.IVersionProvider;

/** The version that the build put into the jar, or {@code development}. */
public final class Version implements IVersionProvider {

  public static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"mocov3 " + text()};
  }
}
