package io.mocov3.model.exactness;

import io.mocov3.model.device.Placement;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.ViewPair;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The stored views of a fixture, through the same normalisation that training uses. */
public final class FixturePixels {
  private FixturePixels() {}

  /** uint8 (steps, 2, N, 3, H, W) to the views of one step, owned by the caller. */
  public static ViewPair views(
      TensorData stored, int step, List<Double> mean, List<Double> std, Placement placement) {
    try (NoGrad noGrad = new NoGrad();
        Pixels pixels = new Pixels(placement, mean, std)) {
      Tensor views = TensorCodec.toTensor(stored).select(0, step);
      return new ViewPair(
              pixels.normalizePlanar(views.select(0, 0)),
              pixels.normalizePlanar(views.select(0, 1)))
          .retained();
    }
  }
}
