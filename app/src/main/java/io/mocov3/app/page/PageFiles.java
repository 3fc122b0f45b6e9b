package io.mocov3.app.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** The files of the page: ours, and those of uPlot from its WebJar. */
public final class PageFiles {
  private static final String OURS = "/io/mocov3/app/page/";
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/" + uplotVersion() + "/";

  private static final Map<String, String> ASSETS =
      Map.of(
          "page.js", OURS + "page.js",
          "controls.js", OURS + "controls.js",
          "page.css", OURS + "page.css",
          "uplot.js", UPLOT + "dist/uPlot.iife.min.js",
          "uplot.css", UPLOT + "dist/uPlot.min.css");

  private PageFiles() {}

  /** The page itself. */
  public static String html() {
    return read(OURS + "page.html");
  }

  /** What can be asked over HTTP, as an OpenAPI document. */
  public static String openApi() {
    return read(OURS + "openapi.json");
  }

  /** The licence of uPlot, to go where its code goes. */
  static String uplotLicence() {
    return read(UPLOT + "LICENSE");
  }

  /** The files that the page loads, by name. */
  public static Map<String, String> assets() {
    return ASSETS.keySet().stream().collect(Collectors.toMap(name -> name, PageFiles::asset));
  }

  /** A file of the page by its name. */
  static String asset(String name) {
    return read(ASSETS.get(name));
  }

  private static String uplotVersion() {
    Properties properties = new Properties();
    try (InputStream stream =
        PageFiles.class.getResourceAsStream(
            "/META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
      properties.load(stream);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(String resource) {
    try (InputStream stream = PageFiles.class.getResourceAsStream(resource)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
