package io.mocov3.model.safetensors;

/**
 * Number types of a safetensors file, in the order of the reference implementation: it sorts
 * tensors by descending type, so that the wide ones come first and all are aligned.
 */
public enum DType {
  BOOL(1),
  U8(1),
  I8(1),
  I16(2),
  U16(2),
  F16(2),
  BF16(2),
  I32(4),
  U32(4),
  F32(4),
  F64(8),
  I64(8),
  U64(8);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }
}
