package io.mocov3.model.nn;

import io.mocov3.model.distributed.Group;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Mean and biased variance (C) of each channel over the batches of all ranks, of so many numbers,
 * with a graph. From the mean and variance of each rank, so that nothing cancels out where a mean
 * is large.
 */
record GlobalStatistics(Tensor mean, Tensor variance, long count) {

  /** Of x (N, C) or (N, C, H, W), as large on each rank; in the caller's scope. */
  static GlobalStatistics of(Group group, Tensor x) {
    long channels = x.size(1);
    boolean wide = x.scalar_type().intern() == ScalarType.Double;
    Tensor numbers = wide ? x : x.to(ScalarType.Float);
    long[] others = x.dim() == 2 ? new long[] {0} : new long[] {0, 2, 3};
    boolean unbiased = false;
    boolean keepDim = false;
    T_TensorTensor_T local = torch.var_mean(numbers, others, unbiased, keepDim);
    Tensor mine = torch.cat(new TensorVector(local.get1(), local.get0()), 0).view(1, 2, channels);
    Tensor all = group.gatherWithGradient(mine); // (ranks, 2, C)
    Tensor means = all.select(1, 0);
    Tensor mean = means.mean(new long[] {0});
    Tensor between = means.sub(mean).square().mean(new long[] {0});
    Tensor within = all.select(1, 1).mean(new long[] {0});
    return new GlobalStatistics(mean, within.add(between), group.size() * x.numel() / channels);
  }
}
