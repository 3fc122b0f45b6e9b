package io.mocov3.augment.shapes;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** The ten classes of the built-in images, each an outline inside the box -1..1, y downwards. */
record ShapeOutline(String label, Shape outline) {

  /** The classes, sorted by name. */
  static final List<ShapeOutline> ALL =
      List.of(
          new ShapeOutline(
              "arrow",
              polygon(-1, -0.28, 0.1, -0.28, 0.1, -0.8, 1, 0, 0.1, 0.8, 0.1, 0.28, -1, 0.28)),
          new ShapeOutline("crescent", crescent()),
          new ShapeOutline(
              "cross",
              polygon(
                  -0.3, -1, 0.3, -1, 0.3, -0.3, 1, -0.3, 1, 0.3, 0.3, 0.3, 0.3, 1, -0.3, 1, -0.3,
                  0.3, -1, 0.3, -1, -0.3, -0.3, -0.3)),
          new ShapeOutline("disc", circle(0, 0, 0.95)),
          new ShapeOutline("heart", heart()),
          new ShapeOutline(
              "hourglass", polygon(-0.8, -1, 0.8, -1, 0.12, 0, 0.8, 1, -0.8, 1, -0.12, 0)),
          new ShapeOutline("ring", ring()),
          new ShapeOutline("square", new Rectangle2D.Double(-0.82, -0.82, 1.64, 1.64)),
          new ShapeOutline("star", star()),
          new ShapeOutline("triangle", polygon(0, -0.95, 1, 0.85, -1, 0.85)));

  Shape placed(double x, double y, double radius, double radians, boolean mirrored) {
    AffineTransform placement = AffineTransform.getTranslateInstance(x, y);
    placement.rotate(radians);
    placement.scale(mirrored ? -radius : radius, radius);
    return placement.createTransformedShape(outline);
  }

  private static Shape polygon(double... points) {
    Path2D path = new Path2D.Double();
    path.moveTo(points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(points[i], points[i + 1]);
    }
    path.closePath();
    return path;
  }

  private static Shape circle(double x, double y, double radius) {
    return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
  }

  private static Shape ring() {
    Area area = new Area(circle(0, 0, 1));
    area.subtract(new Area(circle(0, 0, 0.55)));
    return area;
  }

  private static Shape crescent() {
    Area area = new Area(circle(0, 0, 1));
    area.subtract(new Area(circle(0.55, 0, 0.85)));
    area.transform(AffineTransform.getTranslateInstance(0.3, 0));
    return area;
  }

  private static Shape heart() {
    Path2D path = new Path2D.Double();
    path.moveTo(0, 1);
    path.curveTo(-1.5, -0.1, -1.05, -1, -0.5, -0.95);
    path.curveTo(-0.2, -0.93, 0, -0.7, 0, -0.4);
    path.curveTo(0, -0.7, 0.2, -0.93, 0.5, -0.95);
    path.curveTo(1.05, -1, 1.5, -0.1, 0, 1);
    path.closePath();
    return path;
  }

  private static Shape star() {
    double[] points = new double[20];
    for (int i = 0; i < 10; i++) {
      double radius = i % 2 == 0 ? 1.05 : 0.42;
      double angle = Math.PI * (i / 5.0 - 0.5);
      points[2 * i] = radius * Math.cos(angle);
      points[2 * i + 1] = radius * Math.sin(angle);
    }
    return polygon(points);
  }
}
