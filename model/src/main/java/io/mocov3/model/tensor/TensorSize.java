package io.mocov3.model.tensor;

import io.mocov3.model.ModelException;
import java.util.List;

/** The size of a tensor of weights: files hold no more than 2 GiB of one. */
public final class TensorSize {
  private static final long MOST = Integer.MAX_VALUE / Float.BYTES;

  private TensorSize() {}

  /**
   * Refuses what could be trained but not saved.
   *
   * @param settings that decide the size, the likeliest mistake first
   * @throws ModelException when {@code rows x columns} numbers in fp32 have more than 2 GiB
   */
  public static void require(String tensor, long rows, long columns, String... settings) {
    if (rows > MOST / columns) {
      throw new ModelException(
          List.of(settings),
          "%s of %d x %d has more than 2 GiB, the most of a tensor in a checkpoint"
              .formatted(tensor, rows, columns));
    }
  }
}
