package io.mocov3.model.finetune;

import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.optim.AdamWConfig;
import io.mocov3.model.optim.DecayExclusion;
import io.mocov3.model.optim.Optimizer;
import io.mocov3.model.optim.OptimizerConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW with a rate for each layer: {@code rate * decay^(layers above it)}. The classifier is the
 * uppermost layer, tokens and patch projection, or a stem, the lowest; the final norm goes with the
 * last block, as in timm.
 */
final class LayerRates implements AutoCloseable {
  private static final double BETA_1 = 0.9;
  private static final double BETA_2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final List<Layer> layers = new ArrayList<>();

  /** The parameters of a layer, and what its rate is of the classifier's. */
  private record Layer(Optimizer optimizer, double share) {}

  LayerRates(List<Entry> trained, double weightDecay, double decay) {
    OptimizerConfig adamW =
        new AdamWConfig(BETA_1, BETA_2, EPSILON, weightDecay, DecayExclusion.ONE_DIMENSIONAL);
    List<String> blocks =
        trained.stream().map(Entry::layer).filter(LayerRates::isBlock).distinct().sorted().toList();
    Map<Integer, List<Entry>> byHeight = new LinkedHashMap<>();
    for (Entry entry : trained) {
      int height = decay == 1 ? 0 : height(entry.layer(), blocks);
      byHeight.computeIfAbsent(height, h -> new ArrayList<>()).add(entry);
    }
    int top = decay == 1 ? 0 : blocks.size() + 1;
    byHeight.forEach(
        (height, entries) ->
            layers.add(
                new Layer(Optimizer.of(entries, adamW), Math.pow(decay, (double) top - height))));
  }

  private static int height(String layer, List<String> blocks) {
    return switch (layer) {
      case Layers.TOKENS, Layers.PATCH_PROJECTION, Layers.STEM -> 0;
      case Layers.FINAL_NORM -> blocks.size();
      case Layers.CLASSIFIER -> blocks.size() + 1;
      default -> blocks.indexOf(layer) + 1;
    };
  }

  private static boolean isBlock(String layer) {
    return layer.startsWith("block_");
  }

  /** Moves all by their gradients and forgets those. */
  void step(double learningRate) {
    layers.forEach(layer -> layer.optimizer().step(learningRate * layer.share()));
  }

  SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    layers.forEach(layer -> state.putAll(layer.optimizer().state()));
    return state;
  }

  void restoreSteps(long steps) {
    layers.forEach(layer -> layer.optimizer().restoreSteps(steps));
  }

  @Override
  public void close() {
    layers.forEach(layer -> layer.optimizer().close());
  }
}
