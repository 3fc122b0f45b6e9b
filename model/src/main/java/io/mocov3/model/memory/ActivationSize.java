package io.mocov3.model.memory;

import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.tensor.Precision;

/**
 * What a forward pass of one image takes, in bytes: {@code graph} is what its backward pass needs
 * again, {@code passing} the most that is there for a moment beside it, or without a graph at all.
 * L tokens, D width, A heads, r MLP ratio.
 */
public record ActivationSize(long graph, long passing) {
  private static final int WIDE = 4;
  private static final int STEM_CHANNELS = 64;
  private static final int INDEX = 2; // an index of max pooling is as long as two numbers

  /** What the allocator loses between the many sizes of a residual network, as measured. */
  private static final double FRAGMENTS = 1.2;

  /** Of backbone, projector and predictor. */
  public static ActivationSize of(MethodConfig network, Precision precision) {
    int narrow = precision == Precision.BF16 ? 2 : WIDE;
    ActivationSize backbone =
        switch (network.backbone()) {
          case VitConfig vit -> transformer(vit, narrow);
          case ResNetConfig resnet -> residual(resnet, narrow);
        };
    long heads = network.heads().stream().mapToLong(head -> head(head, narrow)).sum();
    return new ActivationSize(backbone.graph() + heads, Math.max(backbone.passing(), heads));
  }

  private static ActivationSize transformer(VitConfig vit, int narrow) {
    long width = vit.width();
    long hidden = width * vit.mlpRatio();
    // inputs of both norms; inputs of four linear layers, query, key and value, input of GELU
    long block = 2 * width * WIDE + (6 * width + 2 * hidden) * narrow + (vit.heads() + 4L) * WIDE;
    long more = (5 * width) * (long) WIDE;
    long tokens = vit.tokens();
    long lastNorm = 2 * width * WIDE;
    ActivationSize embedding =
        vit.stem() == Stem.CONV ? convolutionStem(vit, narrow) : projection(vit, narrow);
    return new ActivationSize(
        embedding.graph() + tokens * (vit.depth() * block + lastNorm),
        Math.max(embedding.passing(), tokens * (block + more)));
  }

  private static ActivationSize projection(VitConfig vit, int narrow) {
    long patches = (long) vit.grid() * vit.grid();
    long pixels = 3L * vit.patchSize() * vit.patchSize() * WIDE;
    boolean learned = vit.patchProjection() != PatchProjectionKind.FROZEN_RANDOM;
    boolean norm = vit.patchProjection() == PatchProjectionKind.BATCH_NORM;
    long kept = (learned ? pixels * narrow / WIDE : 0) + (norm ? (long) vit.width() * WIDE : 0);
    return new ActivationSize(patches * kept, patches * (pixels + 3L * vit.width() * WIDE));
  }

  /** Of a convolution, its BatchNorm and its ReLU: two of the three outputs are needed again. */
  private static ActivationSize convolutionStem(VitConfig vit, int narrow) {
    long graph = 0;
    long largest = 0;
    for (int stage = 0; stage < 4; stage++) {
      long side = vit.imageSize() >> (stage + 1);
      long output = side * side * (vit.width() >> (3 - stage)) * narrow;
      graph += 2 * output;
      largest = Math.max(largest, 3 * output);
    }
    return new ActivationSize(graph, largest);
  }

  private static ActivationSize residual(ResNetConfig resnet, int narrow) {
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
    return new ActivationSize((long) (FRAGMENTS * graph), largest);
  }

  /** Inputs of BatchNorm and ReLU's outputs of each hidden layer. */
  private static long head(HeadConfig head, int narrow) {
    long hidden = (head.layers() - 1L) * head.hidden() * (head.batchNorm() ? 2 : 1);
    return (hidden + 2L * head.out()) * narrow;
  }
}
