package io.mocov3.augment.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.operation.ColorOperation;
import io.mocov3.augment.operation.Crop;
import io.mocov3.augment.operation.Jitter;
import io.mocov3.augment.view.EvalTransform;
import io.mocov3.augment.view.ViewParameters;
import io.mocov3.augment.view.ViewRenderer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.StreamSupport;

/** Applies an operation named in a fixture to an image. */
public final class FixtureOperations {
  private FixtureOperations() {}

  /** The output image; empty when the operation is not one of ours. */
  public static Optional<Image> apply(String op, Image input, JsonNode params) {
    double factor = params.path("factor").asDouble();
    return switch (op) {
      case "decode" -> Optional.of(input);
      case "brightness", "contrast", "saturation", "hue" ->
          Optional.of(colour(input, Optional.of(single(op, factor)), false));
      case "color_jitter" -> Optional.of(colour(input, Optional.of(jitter(params)), false));
      case "grayscale" -> Optional.of(colour(input, Optional.empty(), true));
      case "gaussian_blur" ->
          Optional.of(whole(input, OptionalDouble.of(params.path("sigma").asDouble()), 0, false));
      case "solarize" ->
          Optional.of(
              whole(input, OptionalDouble.empty(), params.path("threshold").asInt(), false));
      case "horizontal_flip" -> Optional.of(whole(input, OptionalDouble.empty(), 0, true));
      case "resized_crop" -> Optional.of(resizedCrop(input, params));
      case "eval_transform" -> Optional.of(evalTransform(input, params));
      case "view" -> Optional.of(view(input, params));
      default -> Optional.empty();
    };
  }

  private static Jitter single(String op, double factor) {
    ColorOperation operation = ColorOperation.valueOf(op.toUpperCase(Locale.ROOT));
    return new Jitter(List.of(operation), factor, factor, factor, factor);
  }

  private static Image colour(Image input, Optional<Jitter> jitter, boolean grayscale) {
    return render(
        input, all(input), jitter, grayscale, OptionalDouble.empty(), 0, false, all(input));
  }

  private static Image whole(Image input, OptionalDouble sigma, int threshold, boolean flip) {
    return render(input, all(input), Optional.empty(), false, sigma, threshold, flip, all(input));
  }

  private static Crop all(Image input) {
    return new Crop(0, 0, input.height(), input.width());
  }

  private static Image resizedCrop(Image input, JsonNode params) {
    int out = params.path("out").asInt();
    return render(
        input,
        crop(params),
        Optional.empty(),
        false,
        OptionalDouble.empty(),
        0,
        false,
        new Crop(0, 0, out, out));
  }

  private static Image render(
      Image input,
      Crop crop,
      Optional<Jitter> jitter,
      boolean grayscale,
      OptionalDouble sigma,
      int threshold,
      boolean flip,
      Crop out) {
    ViewParameters view =
        new ViewParameters(out.width(), crop, jitter, grayscale, sigma, threshold > 0, flip);
    ByteBuffer slot = ByteBuffer.allocateDirect(3 * out.height() * out.width());
    ViewRenderer.render(input, view, out.height(), out.width(), threshold, slot);
    return new Image(input.id(), out.width(), out.height(), bytes(slot));
  }

  private static Image evalTransform(Image input, JsonNode params) {
    int crop = params.path("crop").asInt();
    ByteBuffer slot = ByteBuffer.allocateDirect(3 * crop * crop);
    ViewRenderer.render(input, new EvalTransform(params.path("short").asInt(), crop), slot);
    return new Image(input.id(), crop, crop, bytes(slot));
  }

  private static Image view(Image input, JsonNode params) {
    int size = params.path("crop").path("out").asInt();
    JsonNode jitter = params.path("jitter");
    JsonNode sigma = params.path("blur_sigma");
    ViewParameters view =
        new ViewParameters(
            size,
            crop(params.path("crop")),
            jitter.isObject() ? Optional.of(jitter(jitter)) : Optional.empty(),
            params.path("grayscale").asBoolean(),
            sigma.isNumber() ? OptionalDouble.of(sigma.asDouble()) : OptionalDouble.empty(),
            params.path("solarize").asBoolean(),
            params.path("flip").asBoolean());
    ByteBuffer slot = ByteBuffer.allocateDirect(3 * size * size);
    ViewRenderer.render(input, view, slot);
    return new Image(input.id(), size, size, bytes(slot));
  }

  private static byte[] bytes(ByteBuffer slot) {
    byte[] bytes = new byte[slot.capacity()];
    slot.get(0, bytes);
    return bytes;
  }

  private static Crop crop(JsonNode params) {
    return new Crop(
        params.path("top").asInt(),
        params.path("left").asInt(),
        params.path("height").asInt(),
        params.path("width").asInt());
  }

  private static Jitter jitter(JsonNode params) {
    return new Jitter(
        StreamSupport.stream(params.path("order").spliterator(), false)
            .map(name -> ColorOperation.valueOf(name.asText().toUpperCase(Locale.ROOT)))
            .toList(),
        params.path("brightness").asDouble(),
        params.path("contrast").asDouble(),
        params.path("saturation").asDouble(),
        params.path("hue").asDouble());
  }
}
