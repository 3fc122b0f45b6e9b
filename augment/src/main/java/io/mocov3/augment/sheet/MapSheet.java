package io.mocov3.augment.sheet;

import java.awt.Color;
import java.awt.geom.Ellipse2D;
import java.nio.file.Path;
import java.util.List;

/** A picture of images as dots in a plane, coloured by class. */
public final class MapSheet {
  private static final int SIDE = 620;
  private static final int TITLE = 30;
  private static final int LEGEND = 190;
  private static final int LINE = 22;
  private static final double DOT = 7;

  /** As many as eyes tell apart; more classes share the last one. */
  private static final List<Color> COLORS =
      List.of(
          new Color(0x1F77B4),
          new Color(0xFF7F0E),
          new Color(0x2CA02C),
          new Color(0xD62728),
          new Color(0x9467BD),
          new Color(0x8C564B),
          new Color(0xE377C2),
          new Color(0xBCBD22),
          new Color(0x17BECF),
          new Color(0x393B79),
          new Color(0xE7969C),
          new Color(0x637939),
          new Color(0x9A9A9A));

  private MapSheet() {}

  /** An image at a place of the unit square, with the number of its class. */
  public record Dot(double x, double y, int label) {}

  /** Writes the sheet as PNG; {@code classes} are the names by number. */
  public static void write(Path file, String title, List<Dot> dots, List<String> classes) {
    int width = 2 * Sheet.MARGIN + SIDE + LEGEND;
    Sheet sheet = new Sheet(width, 2 * Sheet.MARGIN + TITLE + SIDE);
    sheet.title(title, Sheet.MARGIN, Sheet.MARGIN + 12);
    int top = Sheet.MARGIN + TITLE;
    for (Dot dot : dots) {
      double x = Sheet.MARGIN + dot.x() * (SIDE - DOT);
      double y = top + (1 - dot.y()) * (SIDE - DOT);
      dot(sheet, x, y, dot.label());
    }
    int left = Sheet.MARGIN + SIDE + 24;
    int named = Math.min(classes.size(), COLORS.size());
    for (int i = 0; i < named; i++) {
      int y = top + i * LINE;
      boolean shared = i == COLORS.size() - 1 && classes.size() > COLORS.size();
      dot(sheet, left, y + 4, i);
      String name = shared ? "%d more".formatted(classes.size() - i) : classes.get(i);
      sheet.text(name, Sheet.INK, left + 16, y + 13, LEGEND - 40);
    }
    sheet.write(file);
  }

  private static void dot(Sheet sheet, double x, double y, int label) {
    sheet.graphics.setColor(COLORS.get(Math.min(label, COLORS.size() - 1)));
    sheet.graphics.fill(new Ellipse2D.Double(x, y, DOT, DOT));
  }
}
