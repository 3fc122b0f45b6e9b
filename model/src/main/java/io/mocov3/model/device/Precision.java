package io.mocov3.model.device;

import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/**
 * The type of the matrix products. Master weights, loss, logits and norms are fp32 in each;
 * docs/precision.md tells what runs in which.
 */
public enum Precision {
  FP32,
  /** fp32 numbers whose products keep 10 bits of the mantissa, on GPUs from Ampere on. */
  TF32,
  BF16,
  /** The same, and the residual stream and its LayerNorms in bf16 too: less memory to move. */
  BF16_RESIDUAL;

  /** Whether matrix products take bf16 numbers. */
  public boolean isNarrow() {
    return this == BF16 || this == BF16_RESIDUAL;
  }

  /**
   * Sets what is common to the whole process. On a GPU: whether products of fp32 numbers may be
   * TF32, which cuDNN does unless told not to; sums of bf16 products in fp32; attention by the
   * flash kernel where it can, not by one that is chosen anew with each version.
   */
  public void configure(Placement placement) {
    if (placement.isCuda()) {
      Context context = torch.globalContext();
      context.setAllowTF32CuBLAS(this == TF32);
      context.setAllowTF32CuDNN(this == TF32);
      context.setAllowBF16ReductionCuBLAS(false);
      context.setSDPUseFlash(true);
      context.setSDPUseCuDNN(false);
    }
  }

  /** From now on the same numbers give the same bits, on a GPU too, where that costs some speed. */
  public static void reproducible(Placement placement) {
    if (placement.isCuda()) {
      boolean onlyWarn = true;
      torch.globalContext().setDeterministicAlgorithms(true, onlyWarn);
      torch.globalContext().setDeterministicCuDNN(true);
      torch.globalContext().setBenchmarkCuDNN(false);
    }
  }
}
