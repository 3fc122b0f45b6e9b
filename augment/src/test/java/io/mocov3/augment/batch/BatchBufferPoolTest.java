package io.mocov3.augment.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BatchBufferPoolTest {
  private final BatchBufferPool pool = new BatchBufferPool(2, 2, 3, 4, 4);

  @Test
  void noMoreBuffersAreOutThanThereAre() {
    BatchBuffer first = acquire().join();
    acquire().join();
    CompletableFuture<BatchBuffer> third = acquire();

    assertThat(third).isNotDone();
    assertThat(pool.inUse()).isEqualTo(2);
    pool.release(first);
    assertThat(third).isCompletedWithValue(first);
    assertThat(pool.inUse()).isEqualTo(2);
  }

  @Test
  void anAbandonedCallerLosesNoBuffer() {
    BatchBuffer first = acquire().join();
    acquire().join();
    acquire().cancel(false);

    pool.release(first);

    assertThat(pool.inUse()).isEqualTo(1);
    assertThat(acquire()).isCompletedWithValue(first);
  }

  @Test
  void wrongReleasesAreRejected() {
    BatchBuffer buffer = acquire().join();
    pool.release(buffer);

    assertThatThrownBy(() -> pool.release(buffer)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> pool.release(BatchBuffer.allocate(2, 3, 4, 4)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void slotsAreDisjointAndInOrder() {
    BatchBuffer buffer = BatchBuffer.allocate(2, 3, 4, 5);

    buffer.slot(1, 2).put(0, (byte) 7);

    assertThat(buffer.slot(0, 0).capacity()).isEqualTo(60);
    assertThat(buffer.pixels().get(5 * 60)).isEqualTo((byte) 7);
    assertThatThrownBy(() -> buffer.slot(2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> BatchBuffer.bytes(2, 8192, 224, 224))
        .hasMessageContaining("the limit is 2 GiB");
  }

  private CompletableFuture<BatchBuffer> acquire() {
    return pool.acquire().toCompletableFuture();
  }
}
