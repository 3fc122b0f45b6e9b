package io.mocov3.app.bench;

import io.mocov3.app.daemon.TrainingAssembly;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.ViewPair;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** How fast this machine trains a network, measured on a few steps of a throw-away copy. */
public final class SpeedTest {
  private static final int WARM_UP = 3;
  private static final int COUNTED = 7;
  private static final double MOMENTUM = 0.99;

  private SpeedTest() {}

  /** The median time of a step, in seconds. */
  public static double secondsPerStep(TrainingAssembly assembly, Settings settings) {
    int size = settings.model().backbone().imageSize();
    int batch = settings.data().batchSize();
    double[] seconds = new double[COUNTED];
    try (TrainingStep model = assembly.model();
        Pixels pixels = assembly.pixels()) {
      ByteBuffer noise = noise(2 * batch * size * size * 3);
      for (int i = -WARM_UP; i < COUNTED; i++) {
        long begin = System.nanoTime();
        try (ViewPair views = pixels.views(noise, batch, size, size)) {
          model.run(views, new Rates(0, MOMENTUM));
        }
        if (i >= 0) {
          seconds[i] = (System.nanoTime() - begin) / 1e9;
        }
      }
    }
    Arrays.sort(seconds);
    return seconds[COUNTED / 2];
  }

  static ByteBuffer noise(int bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    for (int i = 0; i < bytes; i++) {
      buffer.put(i, (byte) ((i * 2654435761L) >>> 13));
    }
    return buffer;
  }
}
