package io.mocov3.model.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.global.torch.DispatchKey;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whether the GPU build's libtorch has a CUDA kernel for what a step is made of, which needs no GPU
 * to know. Skipped in a CPU build.
 */
class CudaKernelsTest {

  @ParameterizedTest
  @CsvSource({
    "aten::addmm,",
    "aten::mm,",
    "aten::bmm,",
    "aten::native_layer_norm,",
    "aten::native_layer_norm_backward,",
    "aten::native_batch_norm,",
    "aten::native_batch_norm_backward,",
    "aten::_scaled_dot_product_flash_attention,",
    "aten::_scaled_dot_product_flash_attention_backward,",
    "aten::_scaled_dot_product_efficient_attention,",
    "aten::_scaled_dot_product_efficient_attention_backward,",
    "aten::gelu,",
    "aten::gelu_backward,",
    "aten::relu,",
    "aten::threshold_backward,",
    "aten::convolution_overrideable,",
    "aten::cudnn_convolution,",
    "aten::max_pool2d_with_indices,",
    "aten::cat,",
    "aten::copy_,",
    "aten::add, Tensor",
    "aten::add_, Tensor",
    "aten::mul, Tensor",
    "aten::div, Tensor",
    "aten::sub, Tensor",
    "aten::mean, dim",
    "aten::sum, dim_IntList",
    "aten::linalg_vector_norm,",
    "aten::clamp_min,",
    "aten::arange, start_out",
    "aten::_log_softmax,",
    "aten::_log_softmax_backward_data,",
    "aten::nll_loss_forward,",
    "aten::nll_loss_backward,",
    "aten::topk,",
    "aten::index_select,",
    "aten::index_add,",
    "aten::scatter_add,",
    "aten::scatter_reduce, two",
    "aten::argmax,",
    "aten::sort,",
    "aten::_fused_adamw_,",
    "aten::_foreach_lerp_, Scalar",
    "aten::_foreach_norm, Scalar",
    "aten::_foreach_sqrt,",
    "aten::_foreach_div, List",
    "aten::_foreach_add_, List",
    "aten::_foreach_mul_, Scalar",
    "aten::_foreach_mul_, List",
    "aten::_foreach_addcmul_, Scalar"
  })
  void hasAKernel(String name, String overload) {
    try (PointerScope scope = new PointerScope()) {
      assumeTrue(
          isComputed("aten::cudnn_convolution", ""),
          "this build of libtorch is without CUDA, or its libraries are missing");

      assertThat(isComputed(name, overload == null ? "" : overload)).isTrue();
    }
  }

  private static boolean isComputed(String name, String overload) {
    return Dispatcher.singleton()
        .findSchemaOrThrow(name, overload)
        .hasComputedKernelForDispatchKey(DispatchKey.CUDA);
  }
}
