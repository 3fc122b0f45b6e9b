package io.mocov3.augment.policy;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.batch.CounterRandom;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.codec.Outcome.Failed;
import io.mocov3.augment.codec.Outcome.Filled;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.ViewRecipe;
import io.mocov3.augment.view.ViewRenderer;
import io.mocov3.augment.view.ViewSampler;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The one view that training with labels sees of an image: a random resized crop and flip, then
 * RandAugment, then random erasing. A function of (seed, epoch, index) alone.
 *
 * @param mean of each channel, in 0..1: what comes in from outside the image has this colour
 * @param std of each channel, in 0..1
 */
public record TrainingView(
    ViewRecipe recipe,
    Optional<RandAugment> policy,
    RandomErasing erasing,
    List<Double> mean,
    List<Double> std) {
  /** Pretraining draws from 0 and 1. */
  private static final long STREAM = 2;

  private static final long POLICY = 7;
  private static final long ERASING = 8;

  public TrainingView {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** A crop and a flip, as the reference trains its linear probe. */
  public static TrainingView cropAndFlip(
      int size, double scaleMin, double scaleMax, List<Double> mean, List<Double> std) {
    ViewRecipe recipe =
        new ViewRecipe(
            new ViewRecipe.Crop(size, scaleMin, scaleMax, 3.0 / 4, 4.0 / 3),
            new ViewRecipe.Jitter(0, 0, 0, 0, 0),
            0,
            new ViewRecipe.Blur(0, 1, 1),
            0,
            0.5);
    return new TrainingView(recipe, Optional.empty(), new RandomErasing(0), mean, std);
  }

  /** Fills slot (0, slot) of the buffer, or leaves it alone when the sample is undecodable. */
  public Outcome fill(
      ImageSource source, int index, long seed, long epoch, BatchBuffer buffer, int slot) {
    return switch (source.decode(index, Canvas.ofThread())) {
      case Image image -> {
        CounterRandom random = CounterRandom.of(seed, epoch, index, STREAM);
        ByteBuffer pixels = buffer.slot(0, slot);
        ViewRenderer.render(
            image, ViewSampler.draw(recipe, image.width(), image.height(), random), pixels);
        change(pixels, random);
        buffer.sampleIndices()[slot] = index;
        yield new Filled(index);
      }
      case Undecodable bad -> new Failed(index, List.of(bad));
    };
  }

  private void change(ByteBuffer pixels, CounterRandom random) {
    if (policy.isEmpty() && erasing.probability() == 0) {
      return;
    }
    Raster image = Raster.ofThread().read(pixels, recipe.size());
    int[] fill = mean.stream().mapToInt(channel -> (int) Math.rint(255 * channel)).toArray();
    policy.ifPresent(drawn -> drawn.apply(image, fill, random.below(POLICY)));
    erasing.apply(image, numbers(mean), numbers(std), random.below(ERASING));
    image.write(pixels);
  }

  private static double[] numbers(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
