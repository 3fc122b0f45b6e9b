package io.mocov3.model.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.model.ModelException;
import io.mocov3.model.device.Placement;
import io.mocov3.model.loss.Sinkhorn;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.tensor.TensorCodec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One folder: its description, and where and how wide to compute. */
record Fixture(
    Path folder, JsonNode json, Placement placement, Fixtures.Width width, Fixtures.Way way) {

  String kind() {
    return json.path("kind").asText();
  }

  /** A field that must be there. */
  JsonNode field(JsonNode parent, String name) {
    JsonNode value = parent.path(name);
    if (value.isMissingNode()) {
      throw new ModelException(folder + "/fixture.json has no field " + name);
    }
    return value;
  }

  JsonNode field(String name) {
    return field(json, name);
  }

  /** A value spelled like the configuration's; {@code absent} where the field is not there. */
  static <E extends Enum<E>> E choice(Class<E> type, JsonNode value, String absent) {
    String label = value.asText(absent);
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> label(constant).equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    "%s of a fixture is not one of %s"
                        .formatted(
                            label,
                            Arrays.stream(type.getEnumConstants()).map(Fixture::label).toList())));
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What SwAV makes codes with. */
  Sinkhorn sinkhorn() {
    return new Sinkhorn(field("epsilon").asDouble(), field("sinkhorn_iterations").asInt());
  }

  ModelException unknownMethod(String method) {
    return new ModelException(
        "%s/fixture.json: method %s is not one of moco-v3, simclr, byol, swav"
            .formatted(folder, method));
  }

  SafetensorsFile open(String name) {
    return SafetensorsFile.open(folder.resolve(name));
  }

  /** A stored tensor in this fixture's type on its device, in the caller's scope. */
  Tensor tensor(SafetensorsFile file, String name) {
    return TensorCodec.toTensor(file.get(name))
        .to(new Device(placement.device()), placement.dtype());
  }

  /** The numbers of a tensor, row-major. */
  static double[] numbers(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      Tensor wide = tensor.detach().cpu().to(ScalarType.Double).contiguous();
      double[] numbers = new double[Math.toIntExact(wide.numel())];
      new DoublePointer(wide.data_ptr()).get(numbers);
      return numbers;
    }
  }

  static double[] numbers(SafetensorsFile file, String name) {
    try (PointerScope scope = new PointerScope()) {
      return numbers(TensorCodec.toTensor(file.get(name)));
    }
  }
}
