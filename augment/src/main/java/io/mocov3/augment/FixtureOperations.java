package io.mocov3.augment;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.augment.Decoded.Image;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.StreamSupport;

/** Applies an operation named in a fixture to an image. */
final class FixtureOperations {
  private FixtureOperations() {}

  /** The output image; empty when the operation is not one of ours. */
  static Optional<Image> apply(String op, Image input, JsonNode params) {
    Scratch scratch = Scratch.ofThread();
    byte[] rgb = input.pixels().clone();
    int length = rgb.length;
    double factor = params.path("factor").asDouble();
    int height = input.height();
    int width = input.width();
    switch (op) {
      case "decode" -> {}
      case "brightness" -> Brightness.apply(rgb, length, factor, scratch.table);
      case "contrast" -> Contrast.apply(rgb, length, factor, scratch.table);
      case "saturation" -> Saturation.apply(rgb, length, factor);
      case "hue" -> Hue.apply(rgb, length, factor);
      case "color_jitter" -> ColorJitter.apply(rgb, length, jitter(params), scratch.table);
      case "gaussian_blur" ->
          GaussianBlur.apply(rgb, height, width, params.path("sigma").asDouble(), scratch);
      case "solarize" -> Solarize.apply(rgb, length, params.path("threshold").asInt());
      case "grayscale" -> Grayscale.apply(rgb, length);
      case "horizontal_flip" -> HorizontalFlip.apply(rgb, height, width);
      case "resized_crop" -> {
        return Optional.of(resizedCrop(input, params, scratch));
      }
      case "eval_transform" -> {
        return Optional.of(evalTransform(input, params));
      }
      case "view" -> {
        return Optional.of(view(input, params));
      }
      default -> {
        return Optional.empty();
      }
    }
    return Optional.of(new Image(input.id(), width, height, rgb));
  }

  private static Image resizedCrop(Image input, JsonNode params, Scratch scratch) {
    int out = params.path("out").asInt();
    byte[] rgb = new byte[3 * out * out];
    ResizedCrop.apply(input, crop(params), out, out, rgb, scratch);
    return new Image(input.id(), out, out, rgb);
  }

  private static Image evalTransform(Image input, JsonNode params) {
    int crop = params.path("crop").asInt();
    ByteBuffer slot = ByteBuffer.allocate(3 * crop * crop);
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
    ByteBuffer slot = ByteBuffer.allocate(3 * size * size);
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
