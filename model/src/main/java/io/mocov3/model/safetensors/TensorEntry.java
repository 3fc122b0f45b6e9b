package io.mocov3.model.safetensors;

/** One line of the header; offsets in bytes from the end of the header. */
@SuppressWarnings("ArrayRecordComponent") // never leaves the package, never compared
record TensorEntry(String name, DType dtype, long[] shape, long begin, long end) {
  long bytes() {
    return end - begin;
  }
}
