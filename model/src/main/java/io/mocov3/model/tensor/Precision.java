package io.mocov3.model.tensor;

import org.bytedeco.pytorch.global.torch;

/**
 * The type of the matrix products. Master weights, loss, logits and norms are fp32 in each;
 * docs/precision.md tells what runs in which.
 */
public enum Precision {
  FP32,
  /** fp32 numbers whose products keep 10 bits of the mantissa, on GPUs from Ampere on. */
  TF32,
  BF16;

  /** Sets what is common to the whole process: cuDNN allows TF32 unless told not to. */
  public void configure(Placement placement) {
    if (placement.isCuda()) {
      torch.globalContext().setAllowTF32CuBLAS(this == TF32);
      torch.globalContext().setAllowTF32CuDNN(this == TF32);
    }
  }
}
