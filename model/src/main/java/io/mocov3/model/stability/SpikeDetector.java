package io.mocov3.model.stability;

import io.mocov3.model.checkpoint.Saved;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.stability.Spike.Crossing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds spikes in the gradient norms of layers and says where they began. Everything is counted in
 * steps; nothing depends on time. {@link Layers#ALL} is watched like a layer, but a spike is never
 * attributed to it when a layer crossed.
 */
public final class SpikeDetector implements Stateful {
  private static final double NORMAL = 1.4826;

  /** Norms of a healthy layer still differ by some percent from step to step. */
  private static final double SMALLEST_DEVIATION = 0.02;

  private final SpikeRule rule;
  private final Map<String, Series> series = new LinkedHashMap<>();
  private List<Crossing> open = List.of();

  private final class Series {
    private final RollingLog logs = new RollingLog(rule.window());
    private long seen;
    private long quietUntil = Long.MIN_VALUE;
  }

  /**
   * What a step brought. {@code spiking}: some layer is above its rule, whether reported before or
   * not. {@code begun}: a new spike. {@code ended}: one to which nothing can be added any more.
   */
  public record Verdict(
      boolean spiking, List<Crossing> crossings, Optional<Spike> begun, Optional<Spike> ended) {}

  public SpikeDetector(SpikeRule rule) {
    this.rule = rule;
  }

  /** Norms that are not finite must not be given. */
  public Verdict observe(long step, List<String> layers, List<Double> norms) {
    List<Crossing> above = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      look(step, layers.get(i), norms.get(i)).ifPresent(above::add);
    }
    List<Crossing> fresh =
        above.stream()
            .filter(crossing -> step >= series.get(crossing.layer()).quietUntil)
            .sorted(Comparator.comparingDouble(Crossing::score).reversed())
            .toList();
    fresh.forEach(c -> series.get(c.layer()).quietUntil = step + rule.refractorySteps());
    Optional<Spike> ended = closeIfOver(step);
    boolean begins = open.isEmpty() && !fresh.isEmpty();
    add(fresh);
    return new Verdict(
        !above.isEmpty(), fresh, begins ? Optional.of(spike()) : Optional.empty(), ended);
  }

  private Optional<Crossing> look(long step, String layer, double norm) {
    Series known = series.computeIfAbsent(layer, name -> new Series());
    if (!(norm > 0)) {
      return Optional.empty();
    }
    double log = Math.log(norm);
    Optional<Crossing> crossing = Optional.empty();
    if (known.seen >= rule.warmUpSteps() && known.logs.size() >= 10) {
      double median = known.logs.median();
      double deviation = Math.max(SMALLEST_DEVIATION, NORMAL * known.logs.medianDistance(median));
      double score = (log - median) / deviation;
      if (score > rule.threshold() && log - median >= Math.log(rule.smallestRatio())) {
        crossing = Optional.of(new Crossing(layer, step, Math.exp(log - median), score));
      }
    }
    known.logs.add(log);
    known.seen++;
    return crossing;
  }

  private void add(List<Crossing> fresh) {
    List<Crossing> all = new ArrayList<>(open);
    fresh.stream()
        .filter(c -> all.stream().noneMatch(before -> before.layer().equals(c.layer())))
        .forEach(all::add);
    open = List.copyOf(all);
  }

  private Optional<Spike> closeIfOver(long step) {
    if (open.isEmpty() || step - open.getLast().step() <= rule.lagSteps()) {
      return Optional.empty();
    }
    Spike over = spike();
    open = List.of();
    return Optional.of(over);
  }

  /** Layers before their sum; a crossing of the sum alone is kept. */
  private Spike spike() {
    List<Crossing> layers =
        open.stream().filter(crossing -> !crossing.layer().equals(Layers.ALL)).toList();
    List<Crossing> named = layers.isEmpty() ? open : layers;
    return new Spike(named.getFirst().step(), named);
  }

  /** From now on layers are only watched until they have settled again. */
  public void warmUp() {
    series.values().forEach(known -> known.seen = 0);
  }

  @Override
  public String section() {
    return "spike_detector";
  }

  @Override
  public Map<String, Object> save() {
    Map<String, Object> layers = new LinkedHashMap<>();
    series.forEach(
        (layer, known) ->
            layers.put(
                layer,
                Map.of(
                    "seen", known.seen,
                    "quiet_until", known.quietUntil,
                    "logs", known.logs.values())));
    return Map.of("layers", layers, "open", open.stream().map(Crossing::save).toList());
  }

  @Override
  public void load(Saved saved) {
    Saved layers = saved.has("layers") ? saved.object("layers") : saved;
    series.clear();
    for (String layer : layers.names()) {
      Saved one = layers.object(layer);
      Series known = new Series();
      known.seen = one.integer("seen");
      known.quietUntil = one.integer("quiet_until");
      one.numbers("logs").forEach(known.logs::add);
      series.put(layer, known);
    }
    open =
        saved.has("open") ? saved.objects("open").stream().map(Crossing::load).toList() : List.of();
  }
}
