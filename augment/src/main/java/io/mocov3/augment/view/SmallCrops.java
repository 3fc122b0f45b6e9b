package io.mocov3.augment.view;

import io.mocov3.augment.batch.BatchBuffer;

/**
 * More views of an image, smaller ones of smaller parts (multi-crop of SwAV, arXiv 2006.09882): the
 * first, third and so on are drawn by one recipe, the others by the other.
 */
public record SmallCrops(int count, ViewRecipe even, ViewRecipe odd) {

  public SmallCrops {
    if (count < 1 || even.size() != odd.size()) {
      throw new IllegalArgumentException("small crops need a count and one size");
    }
  }

  /** What it takes of a batch buffer. */
  public BatchBuffer.Small room() {
    return new BatchBuffer.Small(count, even.size());
  }

  ViewRecipe recipe(int crop) {
    return crop % 2 == 0 ? even : odd;
  }
}
