package io.mocov3.augment.sheet;

import io.mocov3.augment.codec.Decoded;
import java.awt.Color;
import java.nio.file.Path;
import java.util.List;

/** A picture of queries and their nearest neighbours: one row each, right or wrong by the frame. */
public final class NeighbourSheet {
  private static final int TILE = 96;
  private static final int GAP = 14;
  private static final int FRAME = 4;
  private static final int CAPTION = 18;
  private static final int TITLE = 44;
  private static final int QUERY_GAP = 26;
  private static final Color RIGHT = new Color(0x2E, 0x9E, 0x5B);
  private static final Color WRONG = new Color(0xD6, 0x45, 0x45);

  private NeighbourSheet() {}

  /** Whether a neighbour has the class of its query, as far as labels tell. */
  public enum Verdict {
    RIGHT,
    WRONG,
    NONE
  }

  /** One image with its caption, usually the class. */
  public record Tile(Decoded.Image image, String caption, Verdict verdict) {}

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
    int width = 2 * Sheet.MARGIN + TILE + QUERY_GAP + columns * (TILE + GAP);
    int height = 2 * Sheet.MARGIN + TITLE + rows.size() * (TILE + CAPTION + GAP);
    Sheet sheet = new Sheet(width, height);
    sheet.title(title, Sheet.MARGIN, Sheet.MARGIN + 12);
    sheet.text("query", Sheet.FAINT, Sheet.MARGIN, Sheet.MARGIN + 34, TILE);
    int first = Sheet.MARGIN + TILE + QUERY_GAP;
    sheet.text("nearest first", Sheet.FAINT, first, Sheet.MARGIN + 34, 2 * TILE);
    for (int i = 0; i < rows.size(); i++) {
      row(sheet, rows.get(i), Sheet.MARGIN + TITLE + i * (TILE + CAPTION + GAP));
    }
    sheet.write(file);
  }

  private static void row(Sheet sheet, Row row, int y) {
    tile(sheet, row.query(), Sheet.MARGIN, y, Sheet.INK);
    int x = Sheet.MARGIN + TILE + QUERY_GAP;
    for (Tile neighbour : row.neighbours()) {
      tile(sheet, neighbour, x, y, color(neighbour.verdict()));
      x += TILE + GAP;
    }
  }

  private static Color color(Verdict verdict) {
    return switch (verdict) {
      case RIGHT -> RIGHT;
      case WRONG -> WRONG;
      case NONE -> Sheet.FAINT;
    };
  }

  private static void tile(Sheet sheet, Tile tile, int x, int y, Color frame) {
    Decoded.Image image = tile.image();
    sheet.graphics.setColor(frame);
    sheet.graphics.fillRoundRect(x, y, TILE, TILE, 8, 8);
    int inner = TILE - 2 * FRAME;
    sheet.image(image.pixels(), image.width(), image.height(), x + FRAME, y + FRAME, inner, inner);
    sheet.text(tile.caption(), Sheet.INK, x, y + TILE + 15, TILE);
  }
}
