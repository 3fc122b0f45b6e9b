package io.mocov3.augment.view;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.batch.CounterRandom;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.codec.Outcome.Failed;
import io.mocov3.augment.codec.Outcome.Filled;
import io.mocov3.augment.codec.Outcome.Replaced;
import io.mocov3.augment.operation.Crop;
import io.mocov3.augment.source.ImageSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fills one slot of a batch: decode once, draw and render both views. The result depends on (seed,
 * epoch, index) alone, never on threads; a sample that cannot be decoded is replaced by another one
 * that is also a function of those three.
 */
public record TwoViews(ViewRecipe first, ViewRecipe second, Optional<SmallCrops> small) {
  private static final int REPLACEMENTS = 16;
  private static final long REPLACEMENT_STREAM = -2;

  /** Before it are the two views and the one of training with labels. */
  private static final int FIRST_SMALL = 3;

  /** Without smaller ones. */
  public TwoViews(ViewRecipe first, ViewRecipe second) {
    this(first, second, Optional.empty());
  }

  public TwoViews {
    if (first.size() != second.size()) {
      throw new IllegalArgumentException(
          "view sizes " + first.size() + " and " + second.size() + " must be equal");
    }
  }

  /** The paper's two recipes at a size. */
  public static TwoViews paper(int size) {
    return new TwoViews(ViewRecipe.paperView1(size), ViewRecipe.paperView2(size));
  }

  /** The recipes for small images (no blur) at a size. */
  public static TwoViews small(int size) {
    return new TwoViews(ViewRecipe.smallView1(size), ViewRecipe.smallView2(size));
  }

  /** Who wants to know how long the parts of {@link #fill} take, in nanoseconds. */
  public interface Clock {
    /** For those who do not. */
    Clock NONE = (decode, views) -> {};

    /** One image was decoded, and both of its views were made. */
    void filled(long decode, long views);
  }

  /** Fills slots (0, slot) and (1, slot) of the buffer and notes the sample used. */
  public Outcome fill(
      ImageSource source, int index, long seed, long epoch, BatchBuffer buffer, int slot) {
    return fill(source, index, seed, epoch, buffer, slot, Clock.NONE);
  }

  /** The same, timed. */
  public Outcome fill(
      ImageSource source,
      int index,
      long seed,
      long epoch,
      BatchBuffer buffer,
      int slot,
      Clock clock) {
    long begin = System.nanoTime();
    Decoded decoded = decode(source, index, seed, epoch);
    if (decoded instanceof Image image) {
      long between = System.nanoTime();
      render(image, index, seed, epoch, buffer, slot);
      clock.filled(between - begin, System.nanoTime() - between);
      return new Filled(index);
    }
    List<Undecodable> bad = new ArrayList<>();
    bad.add((Undecodable) decoded);
    CounterRandom random = CounterRandom.of(seed, epoch, index, REPLACEMENT_STREAM);
    for (int attempt = 0; attempt < REPLACEMENTS; attempt++) {
      int replacement = random.nextInt(source.size());
      switch (decode(source, replacement, seed, epoch)) {
        case Image image -> {
          render(image, replacement, seed, epoch, buffer, slot);
          return new Replaced(index, replacement, bad);
        }
        case Undecodable another -> bad.add(another);
      }
    }
    return new Failed(index, bad);
  }

  /** The views of a replacement are its own, not those of the sample that it replaces. */
  private Decoded decode(ImageSource source, int index, long seed, long epoch) {
    return source.decode(
        index, Canvas.ofThread(), (width, height) -> lowest(index, seed, epoch, width, height));
  }

  private void render(Image image, int index, long seed, long epoch, BatchBuffer buffer, int slot) {
    view(image, first, CounterRandom.of(seed, epoch, index, 0), buffer.slot(0, slot));
    view(image, second, CounterRandom.of(seed, epoch, index, 1), buffer.slot(1, slot));
    small.ifPresent(
        crops -> {
          for (int i = 0; i < crops.count(); i++) {
            CounterRandom random = CounterRandom.of(seed, epoch, index, FIRST_SMALL + i);
            view(image, crops.recipe(i), random, buffer.smallSlot(i, slot));
          }
        });
    buffer.sampleIndices()[slot] = index;
  }

  private static void view(
      Image image, ViewRecipe recipe, CounterRandom random, ByteBuffer pixels) {
    ViewParameters drawn = ViewSampler.draw(recipe, image.width(), image.height(), random);
    ViewRenderer.render(image, drawn, pixels);
  }

  /** The row below which no view looks; the crop is what a view draws first. */
  private int lowest(int index, long seed, long epoch, int width, int height) {
    int lowest = 0;
    int crops = small.map(SmallCrops::count).orElse(0);
    for (int view = 0; view < 2 + crops; view++) {
      ViewRecipe recipe =
          view == 0 ? first : view == 1 ? second : small.orElseThrow().recipe(view - 2);
      int stream = view < 2 ? view : FIRST_SMALL + view - 2;
      CounterRandom random = CounterRandom.of(seed, epoch, index, stream);
      Crop crop = ViewSampler.crop(recipe.crop(), width, height, random);
      lowest = Math.max(lowest, crop.top() + crop.height());
    }
    return lowest;
  }
}
