package io.mocov3.model.memory;

import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.nn.HeadConfig;
import java.util.OptionalDouble;

/**
 * The arithmetic of a step, by which a device's use is judged: floating-point operations of its
 * matrix products, a multiplication and an addition being two. L tokens, D width, r MLP ratio, P
 * side of a patch. Recomputation, as by micro-batches, is not counted; the rows of the last block
 * that nothing needs are not either.
 */
public final class StepWork {
  private static final int VIEWS = 2;

  /** A forward and, twice as much, a backward of the queries. */
  private static final int PASSES = 3;

  private StepWork() {}

  /** Of one image in a step; empty for networks of convolutions. */
  public static OptionalDouble perImage(MethodConfig network) {
    return switch (network.backbone()) {
      case VitConfig vit when vit.stem() == Stem.PATCH ->
          OptionalDouble.of(
              VIEWS
                      * ((PASSES + keys(network)) * transformer(vit)
                          + projection(network, vit)
                          + heads(network))
                  + small(network, vit));
      case VitConfig vit -> OptionalDouble.empty();
      case ResNetConfig resnet -> OptionalDouble.empty();
    };
  }

  /** Of the smaller views, which no target sees. */
  private static double small(MethodConfig network, VitConfig vit) {
    if (network.small().count() == 0) {
      return 0;
    }
    VitConfig shape = vit.at(network.small().size());
    return network.small().count()
        * (PASSES * transformer(shape) + projection(network, shape) + heads(network));
  }

  /** Forwards of a target. */
  private static int keys(MethodConfig network) {
    return network.hasTarget() ? 1 : 0;
  }

  /** Blocks of a forward. */
  private static double transformer(VitConfig vit) {
    double width = vit.width();
    double tokens = vit.tokens();
    double mlp = 4 * vit.mlpRatio() * width * width;
    double rest = 4 * width * width + mlp; // query, output projection, MLP, of a token
    double keysAndValues = 4 * width * width;
    double attention = 4 * tokens * width;
    double block = tokens * (keysAndValues + rest + attention);
    double last = vit.endsInOneToken() ? tokens * keysAndValues + rest + attention : block;
    return (vit.depth() - 1) * block + last;
  }

  /** Forwards; a learned one has its weights' gradient, and no input's, besides. */
  private static double projection(MethodConfig network, VitConfig vit) {
    double patches = (double) vit.grid() * vit.grid();
    double forward = 2 * patches * 3 * vit.patchSize() * vit.patchSize() * vit.width();
    return (keys(network) + (vit.patchProjection() == PatchProjectionKind.FROZEN_RANDOM ? 1 : 2))
        * forward;
  }

  /** All of the queries', and the projector of the keys. */
  private static double heads(MethodConfig network) {
    int in = network.backbone().width();
    double trained = 0;
    for (HeadConfig head : network.heads()) {
      trained += forward(head, in);
      in = head.out();
    }
    return PASSES * trained
        + keys(network) * forward(network.projector(), network.backbone().width());
  }

  private static double forward(HeadConfig head, double in) {
    double hidden = (head.layers() - 2.0) * head.hidden() * head.hidden();
    return head.layers() == 1
        ? 2 * in * head.out()
        : 2 * (in * head.hidden() + hidden + (double) head.hidden() * head.out());
  }
}
