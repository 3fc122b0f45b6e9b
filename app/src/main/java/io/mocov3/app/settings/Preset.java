package io.mocov3.app.settings;

/** The sizes of the paper (12 heads for S, patch 14 for H), and DeiT's tiny one. */
enum Preset {
  VIT_TINY(16, 192, 12, 3),
  VIT_SMALL(16, 384, 12, 12),
  VIT_BASE(16, 768, 12, 12),
  VIT_LARGE(16, 1024, 24, 16),
  VIT_HUGE(14, 1280, 32, 16);

  final int patchSize;
  final int width;
  final int depth;
  final int heads;

  Preset(int patchSize, int width, int depth, int heads) {
    this.patchSize = patchSize;
    this.width = width;
    this.depth = depth;
    this.heads = heads;
  }
}
