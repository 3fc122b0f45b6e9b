package io.mocov3.model.exactness;

import io.mocov3.model.device.Placement;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.ViewPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** The stored views of a fixture, through the same normalisation that training uses. */
public final class FixturePixels {
  private FixturePixels() {}

  /**
   * uint8 (steps, 2, N, 3, H, W), and (steps, K, N, 3, h, w) of smaller views, to those of one
   * step, owned by the caller.
   */
  public static ViewPair views(
      TensorData stored,
      Optional<TensorData> small,
      int step,
      List<Double> mean,
      List<Double> std,
      Placement placement) {
    try (NoGrad noGrad = new NoGrad();
        Pixels pixels = new Pixels(placement, mean, std)) {
      Tensor views = TensorCodec.toTensor(stored).select(0, step);
      List<Tensor> others = new ArrayList<>();
      if (small.isPresent()) {
        Tensor crops = TensorCodec.toTensor(small.get()).select(0, step);
        for (long i = 0; i < crops.size(0); i++) {
          others.add(pixels.normalizePlanar(crops.select(0, i)));
        }
      }
      return new ViewPair(
              pixels.normalizePlanar(views.select(0, 0)),
              pixels.normalizePlanar(views.select(0, 1)),
              others)
          .retained();
    }
  }
}
