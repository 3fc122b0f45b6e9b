package io.mocov3.model.memory;

import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.device.Precision;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.MethodConfig.SmallViews;
import io.mocov3.model.nn.HeadConfig;

/**
 * What a forward pass of one image takes, in bytes: {@code graph} is what its backward pass needs
 * again, {@code heads} what of it is the heads', {@code passing} the most that is there for a
 * moment beside it, or without a graph at all; {@code small} is the graph of all its smaller views.
 * L tokens, D width, A heads, r MLP ratio.
 */
public record ActivationSize(long graph, long heads, long passing, long small) {

  /** Of one part of the network. */
  private record Size(long graph, long passing) {}

  private static final int WIDE = 4;
  private static final int NARROW = 2;
  private static final int STEM_CHANNELS = 64;
  private static final int INDEX = 2; // an index of max pooling is as long as two numbers

  /** What the allocator loses between the many sizes of a residual network, as measured. */
  private static final double FRAGMENTS = 1.2;

  /** Of backbone, projector and predictor. */
  public static ActivationSize of(MethodConfig network, Precision precision) {
    int narrow = precision.isNarrow() ? NARROW : WIDE;
    Size backbone = backbone(network.backbone(), precision);
    long heads = network.heads().stream().mapToLong(head -> head(head, narrow)).sum();
    SmallViews views = network.small();
    long small =
        views.count() == 0
            ? 0
            : views.count()
                * (backbone(network.backbone().at(views.size()), precision).graph() + heads);
    return new ActivationSize(
        backbone.graph() + heads, heads, Math.max(backbone.passing(), heads), small);
  }

  private static Size backbone(BackboneConfig shape, Precision precision) {
    int narrow = precision.isNarrow() ? NARROW : WIDE;
    return switch (shape) {
      case VitConfig vit ->
          transformer(vit, narrow, precision == Precision.BF16_RESIDUAL ? NARROW : WIDE);
      case ResNetConfig resnet -> residual(resnet, narrow);
    };
  }

  private static Size transformer(VitConfig vit, int narrow, int stream) {
    long width = vit.width();
    long hidden = width * vit.mlpRatio();
    // inputs of both norms; inputs of four linear layers, query, key and value, input of GELU
    long block = 2 * width * stream + (6 * width + 2 * hidden) * narrow + (vit.heads() + 4L) * WIDE;
    long more = (5 * width) * (long) stream;
    long tokens = vit.tokens();
    // of one token alone: input of its first norm, of a linear layer, keys and values
    long last =
        vit.endsInOneToken() ? width * stream + 3 * width * narrow : block + 2 * width * stream;
    Size embedding =
        vit.stem() == Stem.CONV ? convolutionStem(vit, narrow) : projection(vit, narrow);
    return new Size(
        embedding.graph() + tokens * ((vit.depth() - 1) * block + last),
        Math.max(embedding.passing(), tokens * (block + more)));
  }

  private static Size projection(VitConfig vit, int narrow) {
    long patches = (long) vit.grid() * vit.grid();
    long pixels = 3L * vit.patchSize() * vit.patchSize() * WIDE;
    boolean learned = vit.patchProjection() != PatchProjectionKind.FROZEN_RANDOM;
    boolean norm = vit.patchProjection() == PatchProjectionKind.BATCH_NORM;
    long kept = (learned ? pixels * narrow / WIDE : 0) + (norm ? (long) vit.width() * WIDE : 0);
    return new Size(patches * kept, patches * (pixels + 3L * vit.width() * WIDE));
  }

  /** Of a convolution, its BatchNorm and its ReLU: two of the three outputs are needed again. */
  private static Size convolutionStem(VitConfig vit, int narrow) {
    long graph = 0;
    long largest = 0;
    for (int stage = 0; stage < 4; stage++) {
      long side = vit.imageSize() >> (stage + 1);
      long output = side * side * (vit.width() >> (3 - stage)) * narrow;
      graph += 2 * output;
      largest = Math.max(largest, 3 * output);
    }
    return new Size(graph, largest);
  }

  private static Size residual(ResNetConfig resnet, int narrow) {
    long half = (resnet.imageSize() + 1L) / 2;
    long quarter = (half + 1) / 2;
    long stem = STEM_CHANNELS * half * half * narrow;
    long pooled = STEM_CHANNELS * quarter * quarter * narrow;
    long graph = 2 * stem + (1 + INDEX * WIDE / narrow) * pooled;
    long largest = 3 * stem + pooled;
    long side = quarter;
    int expansion = resnet.bottleneck() ? 4 : 1;
    for (int stage = 0; stage < resnet.blocks().size(); stage++) {
      long before = side;
      side = stage == 0 ? side : (side + 1) / 2;
      long inner = ((long) STEM_CHANNELS << stage) * narrow;
      long area = side * side;
      long first = inner * (resnet.bottleneck() && stage > 0 ? before * before : area);
      long outputs = first + (resnet.bottleneck() ? inner * area : 0) + expansion * inner * area;
      long other =
          (resnet.bottleneck() ? 2 * inner * area : inner * area) + expansion * inner * area;
      long shortcut = stage > 0 || resnet.bottleneck() ? expansion * inner * area : 0;
      int blocks = resnet.blocks().get(stage);
      graph += 2 * outputs + shortcut + (blocks - 1) * 2L * other;
      largest = Math.max(largest, 3 * outputs + 3 * shortcut);
    }
    return new Size((long) (FRAGMENTS * graph), largest);
  }

  /** Inputs of BatchNorm and ReLU's outputs of each hidden layer. */
  private static long head(HeadConfig head, int narrow) {
    long hidden = (head.layers() - 1L) * head.hidden() * (head.batchNorm() ? 2 : 1);
    return (hidden + 2L * head.out()) * narrow;
  }
}
