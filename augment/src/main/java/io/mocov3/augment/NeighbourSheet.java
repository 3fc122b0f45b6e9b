package io.mocov3.augment;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/** A picture of queries and their nearest neighbours: one row each, right or wrong by the frame. */
public final class NeighbourSheet {
  private static final int TILE = 96;
  private static final int GAP = 14;
  private static final int FRAME = 4;
  private static final int CAPTION = 18;
  private static final int MARGIN = 28;
  private static final int TITLE = 44;
  private static final int QUERY_GAP = 26;
  private static final Color PAPER = new Color(0xFA, 0xFA, 0xF7);
  private static final Color INK = new Color(0x26, 0x2B, 0x33);
  private static final Color FAINT = new Color(0x7A, 0x80, 0x8A);
  private static final Color RIGHT = new Color(0x2E, 0x9E, 0x5B);
  private static final Color WRONG = new Color(0xD6, 0x45, 0x45);
  private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 20);
  private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

  private NeighbourSheet() {}

  /** One image with its caption, usually the class; for a query {@code correct} is its verdict. */
  public record Tile(Decoded.Image image, String caption, boolean correct) {}

  /** A query and its neighbours, nearest first. */
  public record Row(Tile query, List<Tile> neighbours) {
    public Row {
      neighbours = List.copyOf(neighbours);
    }
  }

  /**
   * Writes the sheet as PNG.
   *
   * @throws IllegalArgumentException when there are no rows
   */
  public static void write(Path file, String title, List<Row> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("a sheet needs at least one row");
    }
    int columns = rows.stream().mapToInt(row -> row.neighbours().size()).max().orElse(0);
    int width = 2 * MARGIN + TILE + QUERY_GAP + columns * (TILE + GAP);
    int height = 2 * MARGIN + TITLE + rows.size() * (TILE + CAPTION + GAP);
    BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(PAPER);
    graphics.fillRect(0, 0, width, height);
    heading(graphics, title);
    for (int i = 0; i < rows.size(); i++) {
      row(graphics, rows.get(i), MARGIN + TITLE + i * (TILE + CAPTION + GAP));
    }
    graphics.dispose();
    ImageFiles.writePng(file, sheet);
  }

  private static void heading(Graphics2D graphics, String title) {
    graphics.setColor(INK);
    graphics.setFont(BOLD);
    graphics.drawString(title, MARGIN, MARGIN + 12);
    graphics.setColor(FAINT);
    graphics.setFont(SMALL);
    graphics.drawString("query", MARGIN, MARGIN + 34);
    graphics.drawString("nearest first", MARGIN + TILE + QUERY_GAP, MARGIN + 34);
  }

  private static void row(Graphics2D graphics, Row row, int y) {
    tile(graphics, row.query(), MARGIN, y, INK);
    int x = MARGIN + TILE + QUERY_GAP;
    for (Tile neighbour : row.neighbours()) {
      tile(graphics, neighbour, x, y, neighbour.correct() ? RIGHT : WRONG);
      x += TILE + GAP;
    }
  }

  private static void tile(Graphics2D graphics, Tile tile, int x, int y, Color frame) {
    Decoded.Image image = tile.image();
    graphics.setColor(frame);
    graphics.fillRoundRect(x, y, TILE, TILE, 8, 8);
    boolean small = image.width() < TILE && image.height() < TILE;
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION,
        small
            ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
            : RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    BufferedImage pixels = ImageFiles.toBuffered(image.pixels(), image.width(), image.height());
    int inner = TILE - 2 * FRAME;
    graphics.drawImage(pixels, x + FRAME, y + FRAME, inner, inner, null);
    graphics.setColor(INK);
    graphics.setFont(SMALL);
    graphics.drawString(fit(tile.caption(), graphics.getFontMetrics()), x, y + TILE + 15);
  }

  private static String fit(String caption, FontMetrics metrics) {
    String text = caption;
    while (text.length() > 2 && metrics.stringWidth(text) > TILE) {
      text = text.substring(0, text.length() - 2) + "…";
    }
    return text;
  }
}
