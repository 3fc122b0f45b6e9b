package io.mocov3.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.step.Tiny;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContrastiveLossTest {
  private static final int N = 8;
  private static final int K = 5;
  private static final double TAU = 0.2;
  private static final Offset<Double> EXACT = within(1e-12);

  private final PointerScope scope = new PointerScope();
  private final ContrastiveLoss loss = new ContrastiveLoss(TAU);
  private final Tensor queries = Tensor.create(Tiny.random(1, N * K), N, K);
  private final Tensor keys = Tensor.create(Tiny.random(2, N * K), N, K);

  @AfterEach
  void close() {
    scope.close();
  }

  @ParameterizedTest
  @CsvSource({"0.2, 1024, 5.545", "0.2, 256, 4.436", "0.2, 128, 3.882", "1.0, 256, 22.181"})
  void constantFeaturesGiveTheLossAtChance(double temperature, int batch, double expected) {
    ContrastiveLoss atTemperature = new ContrastiveLoss(temperature);
    Tensor constant = torch.ones(batch, K);

    double both = 2 * atTemperature.ctr(constant, constant).item_double();

    assertThat(both).isCloseTo(expected, within(5e-4));
    assertThat(ContrastiveLoss.atChance(temperature, batch)).isCloseTo(both, within(1e-5));
  }

  @Test
  void theLossIsTheFormulaOfThePaper() {
    double[] q = Tiny.numbers(queries);
    double[] k = Tiny.numbers(keys);

    double value = loss.ctr(queries, keys).item_double();

    assertThat(value).isCloseTo(byHand(q, k), EXACT);
  }

  @Test
  void permutingQueriesAndKeysAlikeChangesNothing() {
    Tensor order = Tensor.create(new long[] {3, 1, 7, 0, 2, 6, 5, 4}, N);
    double before = loss.ctr(queries, keys).item_double();

    double alike =
        loss.ctr(queries.index_select(0, order), keys.index_select(0, order)).item_double();
    double keysOnly = loss.ctr(queries, keys.index_select(0, order)).item_double();

    assertThat(alike).isCloseTo(before, EXACT);
    assertThat(keysOnly).isNotCloseTo(before, within(1e-3));
  }

  @Test
  void theLengthsOfQueriesAndKeysDoNotMatter() {
    double before = loss.ctr(queries, keys).item_double();

    double scaled =
        loss.ctr(queries.mul(new Scalar(3.0)), keys.mul(new Scalar(0.01))).item_double();

    assertThat(scaled).isCloseTo(before, EXACT);
  }

  @Test
  void twoRanksWithGatheredKeysAverageToTheGlobalBatch() {
    double global = loss.ctr(queries, keys).item_double();
    int half = N / 2;
    Tensor k0 = keys.narrow(0, 0, half);
    Tensor k1 = keys.narrow(0, half, half);

    double rank0 =
        loss.ctr(queries.narrow(0, 0, half), torch.cat(new TensorVector(k0, k1), 0)).item_double();
    double rank1 =
        loss.ctr(queries.narrow(0, half, half), torch.cat(new TensorVector(k1, k0), 0))
            .item_double();

    assertThat((rank0 + rank1) / 2).isCloseTo(global, EXACT);
  }

  @Test
  void autocastDoesNotTouchTheLoss() {
    Tensor q = queries.to(ScalarType.Float);
    Tensor k = keys.to(ScalarType.Float);
    double before = loss.ctr(q, k).item_double();

    double underAutocast;
    try (Autocast autocast = new Autocast(Placement.CPU, Precision.BF16)) {
      underAutocast = loss.ctr(q, k).item_double();
    }

    assertThat(underAutocast).isEqualTo(before);
  }

  @Test
  void bf16FeaturesAreWidenedBeforeTheyAreNormalised() {
    Tensor q = queries.to(ScalarType.BFloat16);
    Tensor k = keys.to(ScalarType.BFloat16);

    Tensor value = loss.ctr(q, k);

    assertThat(value.scalar_type().intern()).isEqualTo(ScalarType.Float);
    assertThat(value.item_double())
        .isCloseTo(byHand(Tiny.numbers(q), Tiny.numbers(k)), within(1e-6));
  }

  private static double byHand(double[] q, double[] k) {
    double sum = 0;
    for (int i = 0; i < N; i++) {
      double partition = 0;
      for (int j = 0; j < N; j++) {
        partition += Math.exp(cosine(q, i, k, j) / TAU);
      }
      sum += Math.log(partition) - cosine(q, i, k, i) / TAU;
    }
    return 2 * TAU * sum / N;
  }

  private static double cosine(double[] q, int i, double[] k, int j) {
    double dot = 0;
    double qq = 0;
    double kk = 0;
    for (int c = 0; c < K; c++) {
      dot += q[i * K + c] * k[j * K + c];
      qq += q[i * K + c] * q[i * K + c];
      kk += k[j * K + c] * k[j * K + c];
    }
    return dot / Math.sqrt(qq * kk);
  }
}
