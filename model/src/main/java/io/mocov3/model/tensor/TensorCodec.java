package io.mocov3.model.tensor;

import io.mocov3.model.ModelException;
import io.mocov3.model.safetensors.DType;
import io.mocov3.model.safetensors.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Between libtorch's tensors and the bytes of a safetensors file. */
public final class TensorCodec {
  private TensorCodec() {}

  /** A tensor on the CPU with a copy of the bytes, in the caller's scope. */
  public static Tensor toTensor(TensorData data) {
    ByteBuffer bytes = data.bytes().duplicate();
    Tensor tensor = torch.empty(data.shape(), new TensorOptions(scalarType(data.dtype())), null);
    if (bytes.hasRemaining()) {
      new BytePointer(tensor.data_ptr()).capacity(bytes.remaining()).asByteBuffer().put(bytes);
    }
    return tensor;
  }

  /** A copy of the tensor's numbers off heap, little-endian, row-major. */
  public static TensorData toData(Tensor tensor) {
    try (NoGrad noGrad = new NoGrad()) {
      Tensor cpu = tensor.detach().cpu().contiguous();
      ByteBuffer target =
          ByteBuffer.allocateDirect(Math.toIntExact(cpu.nbytes())).order(ByteOrder.LITTLE_ENDIAN);
      if (cpu.nbytes() > 0) {
        target.put(new BytePointer(cpu.data_ptr()).capacity(cpu.nbytes()).asByteBuffer());
      }
      return wrap(cpu, target.flip());
    }
  }

  /** {@code bytes} as numbers of the tensor's type and shape. */
  static TensorData wrap(Tensor tensor, ByteBuffer bytes) {
    return new TensorData(dtype(tensor.scalar_type().intern()), tensor.shape(), bytes);
  }

  public static SequencedMap<String, TensorData> toData(SequencedMap<String, Tensor> tensors) {
    SequencedMap<String, TensorData> data = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> data.put(name, toData(tensor)));
    return data;
  }

  /** Overwrites {@code target} with {@code source}, whatever their types, if the shapes agree. */
  public static void copy(String name, TensorData source, Tensor target) {
    if (!Arrays.equals(source.shape(), target.shape())) {
      throw new ModelException(
          "tensor %s has shape %s, but the model's is %s"
              .formatted(name, Arrays.toString(source.shape()), Arrays.toString(target.shape())));
    }
    try (NoGrad noGrad = new NoGrad()) {
      target.copy_(toTensor(source));
    }
  }

  /** The same for every namesake; a tensor missing on either side is refused. */
  public static void copyAll(Map<String, TensorData> source, Map<String, Tensor> targets) {
    for (String name : source.keySet()) {
      if (!targets.containsKey(name)) {
        throw new ModelException("tensor " + name + " has no place in this model");
      }
    }
    targets.forEach(
        (name, target) -> {
          TensorData data = source.get(name);
          if (data == null) {
            throw new ModelException("tensor " + name + " is missing");
          }
          copy(name, data, target);
        });
  }

  private static ScalarType scalarType(DType dtype) {
    return switch (dtype) {
      case BOOL -> ScalarType.Bool;
      case U8 -> ScalarType.Byte;
      case I8 -> ScalarType.Char;
      case I16 -> ScalarType.Short;
      case U16 -> ScalarType.UInt16;
      case F16 -> ScalarType.Half;
      case BF16 -> ScalarType.BFloat16;
      case I32 -> ScalarType.Int;
      case U32 -> ScalarType.UInt32;
      case F32 -> ScalarType.Float;
      case I64 -> ScalarType.Long;
      case U64 -> ScalarType.UInt64;
      case F64 -> ScalarType.Double;
    };
  }

  private static DType dtype(ScalarType type) {
    for (DType dtype : DType.values()) {
      if (scalarType(dtype) == type) {
        return dtype;
      }
    }
    throw new ModelException("libtorch type " + type + " has no name in safetensors");
  }
}
