package io.mocov3.model.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuNativesTest {

  @ParameterizedTest
  @CsvSource({
    "libcurand.so.10, CUDA 13",
    "libcudnn.so.9, cuDNN 9",
    "libnccl.so.2, NCCL 2",
    "libcuda.so.1, the NVIDIA driver",
    "libcusparseLt.so.0, cuSPARSELt",
    "libnvrtc.so.13, CUDA 13"
  })
  void whatIsMissingIsNamedWithWhatBringsIt(String library, String source) {
    assertThat(
            GpuNatives.missing(
                "/home/a/.javacpp/cache/libtorch_cuda.so: %s: cannot open shared object file: No such file or directory"
                    .formatted(library)))
        .isEqualTo(
            "%s cannot be loaded: install %s, or name its folder in LD_LIBRARY_PATH"
                .formatted(library, source));
  }
}
