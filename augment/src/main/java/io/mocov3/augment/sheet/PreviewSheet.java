package io.mocov3.augment.sheet;

import io.mocov3.augment.batch.CounterRandom;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.operation.ColorOperation;
import io.mocov3.augment.operation.Crop;
import io.mocov3.augment.operation.Jitter;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.TwoViews;
import io.mocov3.augment.view.ViewParameters;
import io.mocov3.augment.view.ViewRecipe;
import io.mocov3.augment.view.ViewRenderer;
import io.mocov3.augment.view.ViewSampler;
import java.awt.BasicStroke;
import java.awt.Color;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A picture of what training will see: each image with its crops marked, and its two views. */
public final class PreviewSheet {
  private static final int TILE = 224;
  private static final int GAP = 24;
  private static final int TEXT = 4 * 18 + 8;
  private static final int HEAD = 74;
  private static final int ROW = TILE + TEXT + GAP;
  private static final Color[] VIEW = {new Color(0xE0, 0x7B, 0x39), new Color(0x2F, 0x6F, 0xB5)};

  private PreviewSheet() {}

  /** Writes the views that the given samples have in an epoch; undecodable ones are named. */
  public static void write(
      Path file, ImageSource source, List<Integer> samples, TwoViews views, long seed, long epoch) {
    int width = 2 * Sheet.MARGIN + 3 * TILE + 2 * GAP;
    Sheet sheet = new Sheet(width, HEAD + Sheet.MARGIN + samples.size() * ROW);
    sheet.title("What training sees", Sheet.MARGIN, Sheet.MARGIN + 12);
    String columns = "seed %d, epoch %d, %d pixels".formatted(seed, epoch, views.first().size());
    sheet.text(columns, Sheet.FAINT, Sheet.MARGIN, HEAD - 12, TILE);
    sheet.text("view 1", VIEW[0], x(1), HEAD - 12, TILE);
    sheet.text("view 2", VIEW[1], x(2), HEAD - 12, TILE);
    for (int i = 0; i < samples.size(); i++) {
      row(sheet, HEAD + i * ROW, source, samples.get(i), views, seed, epoch);
    }
    sheet.write(file);
  }

  private static void row(
      Sheet sheet, int y, ImageSource source, int index, TwoViews views, long seed, long epoch) {
    switch (source.decode(index)) {
      case Decoded.Undecodable bad -> {
        String line = bad.id() + " is " + bad.reason().label() + ": " + bad.detail();
        sheet.text(line, Sheet.INK, Sheet.MARGIN, y + 20, 3 * TILE);
      }
      case Image image -> {
        List<ViewParameters> drawn = new ArrayList<>();
        List<ViewRecipe> recipes = List.of(views.first(), views.second());
        for (int view = 0; view < recipes.size(); view++) {
          CounterRandom random = CounterRandom.of(seed, epoch, index, view);
          drawn.add(ViewSampler.draw(recipes.get(view), image.width(), image.height(), random));
          view(sheet, y, view, image, drawn.get(view));
        }
        original(sheet, y, image, drawn);
        int below = y + TILE + 20;
        sheet.text(image.id(), Sheet.INK, Sheet.MARGIN, below, TILE);
        String label = source.className(index);
        sheet.text(label, Sheet.FAINT, Sheet.MARGIN, below + 18, TILE);
        String size = image.width() + " × " + image.height();
        sheet.text(size, Sheet.FAINT, Sheet.MARGIN, below + 36, TILE);
      }
    }
  }

  private static void original(Sheet sheet, int y, Image image, List<ViewParameters> drawn) {
    double scale = (double) TILE / Math.max(image.width(), image.height());
    int width = (int) Math.max(1, Math.round(image.width() * scale));
    int height = (int) Math.max(1, Math.round(image.height() * scale));
    int left = Sheet.MARGIN;
    int top = y + (TILE - height) / 2;
    sheet.image(image.pixels(), image.width(), image.height(), left, top, width, height);
    sheet.graphics.setStroke(new BasicStroke(2));
    for (int view = 0; view < drawn.size(); view++) {
      Crop crop = drawn.get(view).crop();
      sheet.graphics.setColor(VIEW[view]);
      sheet.graphics.drawRect(
          left + (int) Math.round(crop.left() * scale),
          top + (int) Math.round(crop.top() * scale),
          (int) Math.round(crop.width() * scale) - 1,
          (int) Math.round(crop.height() * scale) - 1);
    }
  }

  private static void view(Sheet sheet, int y, int view, Image image, ViewParameters drawn) {
    int size = drawn.size();
    ByteBuffer slot = ByteBuffer.allocateDirect(3 * size * size);
    ViewRenderer.render(image, drawn, slot);
    byte[] rgb = new byte[slot.capacity()];
    slot.get(0, rgb);
    int x = x(1 + view);
    sheet.image(rgb, size, size, x, y, TILE, TILE);
    int below = y + TILE + 20;
    for (String line : lines(drawn)) {
      sheet.text(line, Sheet.FAINT, x, below, TILE);
      below += 18;
    }
  }

  /** The crop, the colours in their order, the rest. */
  private static List<String> lines(ViewParameters drawn) {
    Crop crop = drawn.crop();
    List<String> rest = new ArrayList<>();
    if (drawn.grayscale()) {
      rest.add("grayscale");
    }
    drawn.blurSigma().ifPresent(sigma -> rest.add(number("blur σ %.1f", sigma)));
    if (drawn.solarize()) {
      rest.add("solarized");
    }
    if (drawn.flip()) {
      rest.add("flipped");
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "crop " + crop.width() + " × " + crop.height() + " at " + crop.left() + ", " + crop.top());
    drawn.jitter().ifPresent(jitter -> lines.addAll(colours(jitter)));
    if (!rest.isEmpty()) {
      lines.add(String.join(" · ", rest));
    }
    return lines;
  }

  /** Two operations a line, in the order in which they are applied. */
  private static List<String> colours(Jitter jitter) {
    List<String> parts = new ArrayList<>();
    for (ColorOperation operation : jitter.order()) {
      parts.add(
          switch (operation) {
            case BRIGHTNESS -> number("brightness %.2f", jitter.brightness());
            case CONTRAST -> number("contrast %.2f", jitter.contrast());
            case SATURATION -> number("saturation %.2f", jitter.saturation());
            case HUE -> number("hue %+.2f", jitter.hue());
          });
    }
    return List.of(String.join(", ", parts.subList(0, 2)), String.join(", ", parts.subList(2, 4)));
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static int x(int column) {
    return Sheet.MARGIN + column * (TILE + GAP);
  }
}
