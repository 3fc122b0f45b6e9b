package io.mocov3.model.stability;

import io.mocov3.model.checkpoint.Saved;
import io.mocov3.model.checkpoint.Stateful;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds dips in curves that should rise. The noise of a curve is 1.4826 / sqrt(2) times the median
 * absolute difference of neighbouring observations; the best is the highest median of three in a
 * row, so that one lucky observation does not raise it. While a dip lasts, which is until the curve
 * is back above half of the fall, no further one is reported for it.
 */
public final class DipDetector implements Stateful {
  private static final double NORMAL = 1.4826 / Math.sqrt(2);
  private static final int NOISE_WINDOW = 40;

  private final DipRule rule;
  private final Map<String, Curve> curves = new LinkedHashMap<>();

  /** Which of the rule's two smallest falls counts. */
  public enum Kind {
    ACCURACY,
    HEALTH
  }

  private static final class Curve {
    private final RollingLog differences = new RollingLog(NOISE_WINDOW);
    private double best = Double.NEGATIVE_INFINITY;
    private long bestStep;
    private double last = Double.NaN;
    private double lastButOne = Double.NaN;
    private long points;
    private long suspectSince = -1;
    private boolean dipping;

    Map<String, Object> save() {
      Map<String, Object> saved = new LinkedHashMap<>();
      saved.put("differences", differences.values());
      saved.put("best", best);
      saved.put("best_step", bestStep);
      saved.put("last", last);
      saved.put("last_but_one", lastButOne);
      saved.put("points", points);
      saved.put("suspect_since", suspectSince);
      saved.put("dipping", dipping);
      return saved;
    }

    static Curve load(Saved saved) {
      Curve curve = new Curve();
      saved.numbers("differences").forEach(curve.differences::add);
      curve.best = saved.number("best");
      curve.bestStep = saved.integer("best_step");
      curve.last = saved.number("last");
      curve.lastButOne = saved.number("last_but_one");
      curve.points = saved.integer("points");
      curve.suspectSince = saved.integer("suspect_since");
      curve.dipping = saved.flag("dipping");
      return curve;
    }
  }

  public DipDetector(DipRule rule) {
    this.rule = rule;
  }

  /** The next observation of a curve; a dip is returned once, when it is confirmed. */
  public Optional<Dip> observe(Kind kind, String series, long step, double value) {
    Curve curve = curves.computeIfAbsent(series, name -> new Curve());
    Optional<Dip> dip = judge(kind, series, curve, step, value);
    if (Double.isFinite(curve.last)) {
      curve.differences.add(Math.abs(value - curve.last));
    }
    double middle = median(value, curve.last, curve.lastButOne);
    if (middle > curve.best) {
      curve.best = middle;
      curve.bestStep = step;
    }
    curve.lastButOne = curve.last;
    curve.last = value;
    curve.points++;
    return dip;
  }

  private static double median(double a, double b, double c) {
    return Double.isFinite(c) ? Math.max(Math.min(a, b), Math.min(Math.max(a, b), c)) : -1;
  }

  private Optional<Dip> judge(Kind kind, String series, Curve curve, long step, double value) {
    if (curve.points < rule.settlePoints() || !(curve.best > 0)) {
      return Optional.empty();
    }
    double share = kind == Kind.ACCURACY ? rule.smallestFall() : rule.smallestHealthFall();
    double noise = NORMAL * curve.differences.median();
    double allowed = Math.max(rule.noiseFactor() * noise, share * curve.best);
    double fall = curve.best - value;
    if (curve.dipping) {
      curve.dipping = fall > allowed / 2;
      return Optional.empty();
    }
    if (fall <= allowed) {
      curve.suspectSince = -1;
      return Optional.empty();
    }
    if (curve.suspectSince < 0) {
      curve.suspectSince = step;
      return Optional.empty();
    }
    curve.dipping = true;
    Dip dip = new Dip(series, curve.suspectSince, step, curve.bestStep, curve.best, value);
    curve.suspectSince = -1;
    return Optional.of(dip);
  }

  @Override
  public String section() {
    return "dip_detector";
  }

  @Override
  public Map<String, Object> save() {
    Map<String, Object> saved = new LinkedHashMap<>();
    curves.forEach((series, curve) -> saved.put(series, curve.save()));
    return saved;
  }

  @Override
  public void load(Saved saved) {
    curves.clear();
    saved.names().forEach(series -> curves.put(series, Curve.load(saved.object(series))));
  }
}
