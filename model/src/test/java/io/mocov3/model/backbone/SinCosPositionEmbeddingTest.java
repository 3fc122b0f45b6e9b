package io.mocov3.model.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SinCosPositionEmbeddingTest {
  private static final int GRID = 3;
  private static final int WIDTH = 16;
  private static final Offset<Float> ROUNDING = within(1e-6f);

  private final float[] table = SinCosPositionEmbedding.table(GRID, WIDTH);

  @Test
  void everyNumberFollowsTheFormula() {
    for (int token = 0; token < GRID * GRID; token++) {
      for (int i = 0; i < WIDTH / 4; i++) {
        double frequency = Math.pow(10000, -4.0 * i / WIDTH);
        double row = Math.floorDiv(token, GRID) * frequency;
        double column = token % GRID * frequency;

        float[] entry = row(token);

        assertThat(entry[i]).isCloseTo((float) Math.sin(row), ROUNDING);
        assertThat(entry[WIDTH / 4 + i]).isCloseTo((float) Math.cos(row), ROUNDING);
        assertThat(entry[WIDTH / 2 + i]).isCloseTo((float) Math.sin(column), ROUNDING);
        assertThat(entry[3 * WIDTH / 4 + i]).isCloseTo((float) Math.cos(column), ROUNDING);
      }
    }
  }

  @Test
  void theClassTokenHasARowOfZeros() {
    assertThat(table).hasSize((GRID * GRID + 1) * WIDTH);
    assertThat(Arrays.copyOf(table, WIDTH)).containsOnly(0);
  }

  @Test
  void theHalfThatTheReferenceNamesWEncodesTheRow() {
    float[] topLeft = row(0);
    float[] topRight = row(2);
    float[] bottomLeft = row(6);

    assertThat(firstHalf(topRight)).isEqualTo(firstHalf(topLeft));
    assertThat(firstHalf(bottomLeft)).isNotEqualTo(firstHalf(topLeft));
    assertThat(secondHalf(bottomLeft)).isEqualTo(secondHalf(topLeft));
    assertThat(secondHalf(topRight)).isNotEqualTo(secondHalf(topLeft));
  }

  private float[] row(int token) {
    return Arrays.copyOfRange(table, (token + 1) * WIDTH, (token + 2) * WIDTH);
  }

  private static float[] firstHalf(float[] row) {
    return Arrays.copyOf(row, WIDTH / 2);
  }

  private static float[] secondHalf(float[] row) {
    return Arrays.copyOfRange(row, WIDTH / 2, WIDTH);
  }
}
