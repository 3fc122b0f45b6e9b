package io.mocov3.app.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFileTest {
  @TempDir private Path folder;

  /** The sum of these digits by CRC-32C is e3069283, and of no bytes it is 0. */
  @Test
  void aSumIsRotatedByFifteenBitsAndShifted() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

    assertThat(RecordFile.maskedSum(digits, 9))
        .isEqualTo((0xe3069283 >>> 15 | 0xe3069283 << 17) + 0xa282ead8);
    assertThat(RecordFile.maskedSum(digits, 0)).isEqualTo(0xa282ead8);
  }

  @Test
  void aRecordStandsBetweenItsLengthAndItsSum() {
    byte[] record = "abc".getBytes(StandardCharsets.US_ASCII);

    ByteBuffer frame = ByteBuffer.wrap(RecordFile.framed(record)).order(ByteOrder.LITTLE_ENDIAN);

    assertThat(frame.remaining()).isEqualTo(3 + 16);
    assertThat(frame.getLong()).isEqualTo(3);
    assertThat(frame.getInt())
        .isEqualTo(RecordFile.maskedSum(new byte[] {3, 0, 0, 0, 0, 0, 0, 0}, 8));
    byte[] read = new byte[3];
    frame.get(read);
    assertThat(read).isEqualTo(record);
    assertThat(frame.getInt()).isEqualTo(RecordFile.maskedSum(record, 3));
  }

  @Test
  void recordsFollowEachOther() throws Exception {
    Path path = folder.resolve("records");
    try (RecordFile file = new RecordFile(path)) {
      file.append(new byte[] {1});
      file.append(new byte[] {2, 3});
    }

    assertThat(Files.readAllBytes(path))
        .hasSize(17 + 18)
        .endsWith(RecordFile.framed(new byte[] {2, 3}));
  }
}
