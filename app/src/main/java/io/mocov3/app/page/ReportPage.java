package io.mocov3.app.page;

import io.mocov3.app.output.JsonOutput;
import java.util.List;
import java.util.Map;

/** The page with its data, its style and its scripts inside. */
public final class ReportPage {
  private ReportPage() {}

  /** {@code runs} as {@link RunHistory#snapshot} gives them, each with a {@code name}. */
  public static String of(List<Map<String, Object>> runs) {
    return PageFiles.html()
        .replace(link("uplot.css"), style("uplot.css"))
        .replace(link("page.css"), style("page.css"))
        .replace(
            reference("uplot.js"),
            "<!-- uPlot\n"
                + PageFiles.uplotLicence()
                + "-->\n"
                + script(PageFiles.asset("uplot.js")))
        .replace(
            reference("page.js"),
            script("window.mocov3Report = " + harmless(JsonOutput.text(runs)) + ";")
                + "\n"
                + script(PageFiles.asset("page.js")));
  }

  private static String link(String name) {
    return "<link rel=\"stylesheet\" href=\"assets/" + name + "\">";
  }

  private static String reference(String name) {
    return "<script src=\"assets/" + name + "\"></script>";
  }

  private static String style(String name) {
    return "<style>\n" + PageFiles.asset(name) + "</style>";
  }

  private static String script(String code) {
    return "<script>\n" + code + "\n</script>";
  }

  /** Names of images may hold anything; in a script no tag may begin. */
  private static String harmless(String json) {
    return json.replace("<", "\\u003c");
  }
}
