package io.mocov3.augment.shapes;

import io.mocov3.augment.batch.CounterRandom;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.ArrayList;
import java.util.List;

/** Paints one grey image: silhouettes of one shape on a smooth texture, with noise. */
final class ShapePainter {
  private static final int ATTEMPTS = 40;

  private final int size;
  private final ShapeStyle style;

  ShapePainter(int size, ShapeStyle style) {
    this.size = size;
    this.style = style;
  }

  /** The pixels (size, size), a pure function of the random stream. */
  byte[] paint(ShapeOutline outline, CounterRandom random) {
    byte[] mask = mask(outline, random);
    boolean dark = random.chance(style.darkShare());
    double contrast = random.uniform(style.contrastMin(), style.contrastMax());
    double low = random.uniform(style.levelMin(), style.levelMax());
    double background = dark ? low + contrast : low;
    double foreground = dark ? low : low + contrast;
    double noise = style.noise();
    double[] texture = texture(random);
    byte[] grey = new byte[size * size];
    for (int i = 0; i < grey.length; i++) {
      double cover = (mask[i] & 0xFF) / 255.0;
      double value =
          cover * foreground
              + (1 - cover) * (background + texture[i])
              + noise * random.nextGaussian();
      grey[i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
    }
    return grey;
  }

  private byte[] mask(ShapeOutline outline, CounterRandom random) {
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    for (Place place : places(random)) {
      double radians = Math.toRadians(random.uniform(-1, 1) * style.rotationDegrees());
      graphics.fill(outline.placed(place.x, place.y, place.radius, radians, random.chance(0.5)));
    }
    graphics.dispose();
    return ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
  }

  /** Where the copies of a shape stand; those that would touch another one are left out. */
  private List<Place> places(CounterRandom random) {
    List<Place> places = new ArrayList<>();
    for (int attempt = 0; attempt < ATTEMPTS && places.size() < style.copies(); attempt++) {
      double radius = random.uniform(style.scaleMin(), style.scaleMax()) * size / 2;
      double margin = radius * (1 - 2 * style.overhang());
      Place place =
          new Place(
              random.uniform(margin, size - margin), random.uniform(margin, size - margin), radius);
      if (places.stream().noneMatch(place::touches)) {
        places.add(place);
      }
    }
    return places;
  }

  /** A circle around a shape, in pixels. */
  private record Place(double x, double y, double radius) {
    boolean touches(Place other) {
      return Math.hypot(x - other.x, y - other.y) < 0.95 * (radius + other.radius);
    }
  }

  /** Two octaves of smoothly interpolated noise, at random offsets. */
  private double[] texture(CounterRandom random) {
    double[] texture = new double[size * size];
    addOctave(texture, random.uniform(2, 4), style.textureAmplitude(), random);
    addOctave(texture, random.uniform(5, 8), 0.6 * style.textureAmplitude(), random);
    return texture;
  }

  private void addOctave(double[] texture, double cells, double amplitude, CounterRandom random) {
    int side = (int) Math.ceil(cells) + 2;
    double[] lattice = new double[side * side];
    for (int i = 0; i < lattice.length; i++) {
      lattice[i] = amplitude * random.nextGaussian();
    }
    double offsetX = random.nextDouble();
    double offsetY = random.nextDouble();
    for (int y = 0; y < size; y++) {
      double v = offsetY + y * cells / size;
      int row = (int) v;
      double down = smooth(v - row);
      for (int x = 0; x < size; x++) {
        double u = offsetX + x * cells / size;
        int column = (int) u;
        double right = smooth(u - column);
        int at = row * side + column;
        double above = lattice[at] + right * (lattice[at + 1] - lattice[at]);
        double below = lattice[at + side] + right * (lattice[at + side + 1] - lattice[at + side]);
        texture[y * size + x] += above + down * (below - above);
      }
    }
  }

  private static double smooth(double t) {
    return t * t * (3 - 2 * t);
  }
}
