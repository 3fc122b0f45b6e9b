package io.mocov3.model.evaluation;

import io.mocov3.model.ModelException;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.tensor.Forward;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * and references go in chunks: beside the references, normalised and in fp32, no more than 64 MiB
 * of similarities are in memory at a time.
 */
public final class KnnClassifier implements AutoCloseable {
  private static final int QUERIES = 256;
  private static final int REFERENCES = LabelledFeatures.ROWS;

  /** Most bytes of similarities at a time. */
  public static final long CHUNK_BYTES = (long) QUERIES * REFERENCES * Float.BYTES;

  private final List<Tensor> references; // (at most REFERENCES, D) each
  private final long size;
  private final Tensor scratch; // of all similarities at a time: new memory would cost more
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
    this(List.of(references), labels, classes);
  }

  /** The same with references in blocks of rows, (M, D) all together. */
  public KnnClassifier(List<Tensor> references, Tensor labels, int classes) {
    try (PointerScope scope = new PointerScope();
        NoGrad noGrad = new NoGrad()) {
      List<Tensor> normalised = new ArrayList<>();
      for (Tensor block : references) {
        long parts = Math.ceilDiv(block.size(0), REFERENCES);
        for (Forward.Rows rows : Forward.rows(block.size(0), Math.max(1, parts))) {
          normalised.add(
              Tensors.keep(ContrastiveLoss.normalize(block.narrow(0, rows.from(), rows.count()))));
        }
      }
      this.references = normalised;
      this.size = normalised.stream().mapToLong(block -> block.size(0)).sum();
      long widest = normalised.stream().mapToLong(block -> block.size(0)).max().orElse(1);
      this.scratch =
          Tensors.keep(
              torch.empty(new long[] {QUERIES * widest}, normalised.getFirst().options(), null));
      this.labels = Tensors.keep(labels.to(references.getFirst().device(), torch.ScalarType.Long));
    }
    this.classes = classes;
  }

  /** The share of queries (N, D) whose predicted class is their label, for each setting. */
  public Map<Setting, Double> accuracies(Tensor queries, Tensor truth, List<Setting> settings) {
    return shares(hits(queries, truth, settings), queries.size(0));
  }

  /** The same of labelled queries. */
  public Map<Setting, Double> accuracies(LabelledFeatures queries, List<Setting> settings) {
    Map<Setting, Long> hits = new LinkedHashMap<>();
    long first = 0;
    for (Tensor block : queries.blocks()) {
      try (PointerScope scope = new PointerScope()) {
        long rows = block.size(0);
        hits(block, queries.labels().narrow(0, first, rows), settings)
            .forEach((setting, count) -> hits.merge(setting, count, Long::sum));
        first += rows;
      }
    }
    return shares(hits, queries.size());
  }

  private static Map<Setting, Double> shares(Map<Setting, Long> hits, long queries) {
    Map<Setting, Double> shares = new LinkedHashMap<>();
    hits.forEach((setting, count) -> shares.put(setting, (double) count / queries));
    return shares;
  }

  private Map<Setting, Long> hits(Tensor queries, Tensor truth, List<Setting> settings) {
    Map<Setting, Long> hits = new LinkedHashMap<>();
    settings.forEach(setting -> hits.put(setting, 0L));
    for (long from = 0; from < queries.size(0); from += QUERIES) {
      long rows = Math.min(QUERIES, queries.size(0) - from);
      try (PointerScope scope = new PointerScope();
          NoGrad noGrad = new NoGrad()) {
        Tensor expected = truth.narrow(0, from, rows).to(labels.device(), torch.ScalarType.Long);
        chunkScores(queries.narrow(0, from, rows), nearestCount(settings), settings)
            .forEach(
                (setting, score) ->
                    hits.merge(
                        setting, predictions(score).eq(expected).sum().item_long(), Long::sum));
      }
    }
    return hits;
  }

  /** As many neighbours as any setting asks for and there are. */
  private int nearestCount(List<Setting> settings) {
    int largest = settings.stream().mapToInt(Setting::k).max().orElse(1);
    return (int) Math.min(largest, size);
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
    int k = nearestCount(settings);
    Map<Setting, List<Tensor>> chunks = new LinkedHashMap<>();
    settings.forEach(setting -> chunks.put(setting, new ArrayList<>()));
    for (long from = 0; from < queries.size(0); from += QUERIES) {
      long rows = Math.min(QUERIES, queries.size(0) - from);
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

  /**
   * For each of the queries (N, D) the indices of its k nearest references, nearest first; of all
   * where there are fewer.
   */
  public long[][] nearest(Tensor queries, int k) {
    int found = (int) Math.min(k, size);
    long[][] nearest = new long[Math.toIntExact(queries.size(0))][found];
    for (int from = 0; from < nearest.length; from += QUERIES) {
      int rows = Math.min(QUERIES, nearest.length - from);
      try (PointerScope scope = new PointerScope();
          NoGrad noGrad = new NoGrad()) {
        Tensor indices =
            nearestOf(queries.narrow(0, from, rows), found).indices().cpu().contiguous();
        LongPointer pointer = new LongPointer(indices.data_ptr());
        for (int i = 0; i < rows; i++) {
          pointer.position((long) i * found).get(nearest[from + i]);
        }
      }
    }
    return nearest;
  }

  private Map<Setting, Tensor> chunkScores(Tensor queries, int k, List<Setting> settings) {
    Nearest nearest = nearestOf(queries, k);
    Tensor similarity = nearest.similarities();
    Tensor votes = labels.index_select(0, nearest.indices().flatten()).view(queries.size(0), k);
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

  /** Of each query (N) the k nearest references, nearest first: (N, k) each. */
  private record Nearest(Tensor similarities, Tensor indices) {
    void release() {
      similarities.releaseReference();
      indices.releaseReference();
    }
  }

  private Nearest nearestOf(Tensor queries, int k) {
    Tensor unit = ContrastiveLoss.normalize(queries);
    Optional<Nearest> best = Optional.empty();
    long first = 0;
    for (Tensor block : references) {
      Optional<Nearest> before = best;
      best = Optional.of(nearestOf(unit, block, first, k, before));
      before.ifPresent(Nearest::release);
      first += block.size(0);
    }
    Nearest all = best.orElseThrow();
    Tensors.hand(all.similarities());
    Tensors.hand(all.indices());
    return all;
  }

  /** Of those before and those of a block the nearest; kept. */
  private Nearest nearestOf(
      Tensor unit, Tensor block, long first, int k, Optional<Nearest> before) {
    try (PointerScope scope = new PointerScope()) {
      long rows = unit.size(0);
      long columns = block.size(0);
      Tensor all = scratch.narrow(0, 0, rows * columns).view(rows, columns);
      T_TensorTensor_T here =
          torch.mm_out(all, unit, block.t()).topk(Math.min(k, columns), 1, true, true);
      Tensor similarities = here.get0().contiguous(); // the tuple owns what it gives
      Tensor indices = here.get1().add(new Scalar(first));
      if (before.isPresent()) {
        Tensor both = joined(before.get().similarities(), similarities);
        T_TensorTensor_T best = both.topk(Math.min(k, both.size(1)), 1, true, true);
        indices = joined(before.get().indices(), indices).gather(1, best.get1());
        similarities = best.get0().contiguous();
      }
      return new Nearest(Tensors.keep(similarities), Tensors.keep(indices));
    }
  }

  private static Tensor joined(Tensor one, Tensor other) {
    return torch.cat(new TensorVector(one, other), 1);
  }

  @Override
  public void close() {
    references.forEach(Tensor::releaseReference);
    scratch.releaseReference();
    labels.releaseReference();
  }
}
