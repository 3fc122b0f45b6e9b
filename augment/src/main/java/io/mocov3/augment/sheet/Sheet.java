package io.mocov3.augment.sheet;

import io.mocov3.augment.source.ImageFiles;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/** Paper, ink and type of the pictures that we draw. */
final class Sheet {
  static final int MARGIN = 28;
  static final Color INK = new Color(0x26, 0x2B, 0x33);
  static final Color FAINT = new Color(0x7A, 0x80, 0x8A);
  private static final Color PAPER = new Color(0xFA, 0xFA, 0xF7);
  private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 20);
  private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

  final Graphics2D graphics;
  private final BufferedImage image;

  Sheet(int width, int height) {
    image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(PAPER);
    graphics.fillRect(0, 0, width, height);
  }

  void title(String text, int x, int y) {
    graphics.setColor(INK);
    graphics.setFont(BOLD);
    graphics.drawString(text, x, y);
  }

  /** Small text that is cut to the width. */
  void text(String text, Color color, int x, int y, int width) {
    graphics.setColor(color);
    graphics.setFont(SMALL);
    graphics.drawString(fit(text, graphics.getFontMetrics(), width), x, y);
  }

  /** An image drawn into a box; enlarged pixels stay sharp. */
  void image(byte[] rgb, int width, int height, int x, int y, int boxWidth, int boxHeight) {
    boolean enlarged = width < boxWidth && height < boxHeight;
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION,
        enlarged
            ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
            : RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    BufferedImage pixels = ImageFiles.toBuffered(rgb, width, height);
    graphics.drawImage(pixels, x, y, boxWidth, boxHeight, null);
  }

  void write(Path file) {
    graphics.dispose();
    ImageFiles.writePng(file, image);
  }

  private static String fit(String text, FontMetrics metrics, int width) {
    String fitting = text;
    while (fitting.length() > 2 && metrics.stringWidth(fitting) > width) {
      fitting = fitting.substring(0, fitting.length() - 2) + "…";
    }
    return fitting;
  }
}
