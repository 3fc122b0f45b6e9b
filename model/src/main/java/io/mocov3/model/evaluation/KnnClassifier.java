package io.mocov3.model.evaluation;

import io.mocov3.model.ModelException;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.tensor.NoGrad;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The weighted kNN classifier of the paper's source (Wu et al., CVPR 2018): the k reference
 * features nearest by cosine vote for their class with weight {@code exp(similarity / T)}. Queries
 * go in chunks, so that memory is bounded.
 */
public final class KnnClassifier implements AutoCloseable {
  private static final int MOST_QUERIES = 1024;
  private static final long MOST_BYTES = 256L << 20;

  private final Tensor references;
  private final Tensor labels;
  private final int classes;

  /** One setting of the classifier. */
  public record Setting(int k, double temperature) {
    public Setting {
      if (k < 1 || !(temperature > 0)) {
        throw new ModelException(
            "kNN needs k of at least 1 and a temperature above 0, not k = "
                + k
                + ", T = "
                + temperature);
      }
    }
  }

  /** References (M, D), not normalised, and their labels (M) in {@code [0, classes)}. */
  public KnnClassifier(Tensor references, Tensor labels, int classes) {
    try (NoGrad noGrad = new NoGrad()) {
      this.references = ContrastiveLoss.normalize(references);
      this.labels = labels.to(references.device(), torch.ScalarType.Long);
      this.references.retainReference();
      this.labels.retainReference();
    }
    this.classes = classes;
  }

  /**
   * Queries that are compared with {@code references} at a time: their similarities are bounded.
   */
  public static int chunk(long references) {
    return Math.clamp(MOST_BYTES / (Math.max(1, references) * Float.BYTES), 1, MOST_QUERIES);
  }

  /** The share of queries (N, D) whose predicted class is their label, for each setting. */
  public Map<Setting, Double> accuracies(Tensor queries, Tensor truth, List<Setting> settings) {
    Map<Setting, Double> accuracies = new LinkedHashMap<>();
    try (NoGrad noGrad = new NoGrad()) {
      Tensor expected = truth.to(references.device(), torch.ScalarType.Long);
      Map<Setting, Tensor> scores = scores(queries, settings);
      scores.forEach(
          (setting, score) ->
              accuracies.put(
                  setting,
                  (double) predictions(score).eq(expected).sum().item_long() / expected.size(0)));
    }
    return accuracies;
  }

  /** The same of queries that are made for this, and let go of afterwards. */
  public Map<Setting, Double> accuracies(
      Supplier<Tensor> queries, long[] truth, List<Setting> settings) {
    try (PointerScope scope = new PointerScope()) {
      return accuracies(queries.get(), Tensor.create(truth), settings);
    }
  }

  /** Summed weights (N, classes) of queries (N, D) for each setting, in the caller's scope. */
  public Map<Setting, Tensor> scores(Tensor queries, List<Setting> settings) {
    int largest = settings.stream().mapToInt(Setting::k).max().orElse(1);
    int k = (int) Math.min(largest, references.size(0));
    Map<Setting, List<Tensor>> chunks = new LinkedHashMap<>();
    settings.forEach(setting -> chunks.put(setting, new ArrayList<>()));
    int chunk = chunk(references.size(0));
    for (long from = 0; from < queries.size(0); from += chunk) {
      long rows = Math.min(chunk, queries.size(0) - from);
      try (PointerScope scope = new PointerScope()) {
        chunkScores(queries.narrow(0, from, rows), k, settings)
            .forEach(
                (setting, score) -> {
                  score.retainReference();
                  chunks.get(setting).add(score);
                });
      }
    }
    Map<Setting, Tensor> scores = new LinkedHashMap<>();
    chunks.forEach(
        (setting, parts) -> {
          scores.put(setting, torch.cat(new TensorVector(parts.toArray(new Tensor[0])), 0));
          parts.forEach(Tensor::releaseReference);
        });
    return scores;
  }

  /** The class of the highest score, (N). */
  public static Tensor predictions(Tensor scores) {
    return scores.argmax(new org.bytedeco.pytorch.LongOptional(1), false);
  }

  /** For each of the queries (N, D) the indices of its k nearest references, nearest first. */
  public long[][] nearest(Tensor queries, int k) {
    try (NoGrad noGrad = new NoGrad()) {
      Tensor indices = similarities(queries).topk(k, 1, true, true).get1().cpu().contiguous();
      LongPointer pointer = new LongPointer(indices.data_ptr());
      long[][] nearest = new long[Math.toIntExact(queries.size(0))][k];
      for (int i = 0; i < nearest.length; i++) {
        pointer.position((long) i * k).get(nearest[i]);
      }
      return nearest;
    }
  }

  private Map<Setting, Tensor> chunkScores(Tensor queries, int k, List<Setting> settings) {
    T_TensorTensor_T nearest = similarities(queries).topk(k, 1, true, true);
    Tensor similarity = nearest.get0(); // (rows, k), sorted
    Tensor votes = labels.index_select(0, nearest.get1().flatten()).view(queries.size(0), k);
    Map<Setting, Tensor> scores = new LinkedHashMap<>();
    for (Setting setting : settings) {
      long kept = Math.min(setting.k(), k);
      Tensor weight = similarity.narrow(1, 0, kept).div(new Scalar(setting.temperature())).exp();
      Tensor zero =
          torch.empty(new long[] {queries.size(0), classes}, similarity.options(), null).zero_();
      scores.put(setting, zero.scatter_add(1, votes.narrow(1, 0, kept), weight));
    }
    return scores;
  }

  private Tensor similarities(Tensor queries) {
    return ContrastiveLoss.normalize(queries).mm(references.t());
  }

  @Override
  public void close() {
    references.releaseReference();
    labels.releaseReference();
  }
}
