package io.mocov3.model.device;

import io.mocov3.model.ModelException;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * The libraries of libtorch with CUDA, where the GPU build put them on the class path. The loader
 * unpacks each when it loads it, but the first ones need the later ones beside them: without this
 * the first process on a machine sees no GPU.
 */
final class GpuNatives {
  private static final List<String> LIBRARIES =
      List.of(
          "libc10.so",
          "libgomp.so.1",
          "libtorch_cpu.so",
          "libc10_cuda.so",
          "libtorch_cuda.so",
          "libtorch.so");
  private static final String CUDA = "libtorch_cuda.so";
  private static final String CPU = "/org/bytedeco/pytorch/%s/".formatted(Loader.getPlatform());
  private static final String GPU = "/org/bytedeco/pytorch/%s-gpu/".formatted(Loader.getPlatform());

  /** What of CUDA brings a library, by the beginning of its name. */
  private static final Map<String, String> SOURCES =
      Map.of(
          "libcuda.so", "the NVIDIA driver",
          "libcudnn", "cuDNN 9",
          "libnccl", "NCCL 2",
          "libcusparseLt", "cuSPARSELt",
          "libnvshmem", "NVSHMEM",
          "libcu", "CUDA 13",
          "libnv", "CUDA 13");

  private GpuNatives() {}

  /** Unpacks all of them, once on each machine; does nothing in a CPU build. */
  static void unpack() {
    LIBRARIES.forEach(GpuNatives::unpacked);
  }

  /** Of libtorch's libraries on the class path: those with CUDA, where this is a GPU build. */
  static String folder() {
    return GpuNatives.class.getResource(GPU + CUDA) == null ? CPU : GPU;
  }

  private static Optional<File> unpacked(String library) {
    String resource = GPU + library;
    if (GpuNatives.class.getResource(resource) == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(Loader.cacheResource(GpuNatives.class, resource));
    } catch (IOException e) {
      throw new ModelException(library + " cannot be unpacked: " + e.getMessage(), e);
    }
  }

  /** Whether this is a GPU build. */
  static boolean present() {
    return unpacked(CUDA).isPresent();
  }

  /** Why there is no CUDA device, and what to do about it. */
  static String obstacle() {
    Optional<File> cuda = unpacked(CUDA);
    if (cuda.isEmpty()) {
      return "this is a CPU build: use device=cpu, or build with -Pgpu (MOCOV3_GPU=1)";
    }
    try {
      System.load(cuda.get().getAbsolutePath());
      return "libtorch's CUDA libraries are all there, but no driver or no GPU answers: see what"
          + " nvidia-smi says";
    } catch (UnsatisfiedLinkError e) {
      return missing(e.getMessage());
    }
  }

  /** From the dynamic linker's words: the file, then what it needs and cannot open. */
  static String missing(String words) {
    String[] parts = words.split(": ");
    String library =
        Arrays.stream(parts)
            .filter(part -> part.matches("lib[\\w+.-]+\\.so[.\\d]*"))
            .reduce((first, second) -> second)
            .orElse(words);
    String source =
        SOURCES.entrySet().stream()
            .filter(entry -> library.startsWith(entry.getKey()))
            .max(Comparator.comparingInt(entry -> entry.getKey().length()))
            .map(Map.Entry::getValue)
            .orElse("CUDA 13");
    return "%s cannot be loaded: install %s, or name its folder in LD_LIBRARY_PATH"
        .formatted(library, source);
  }
}
