package io.mocov3.augment.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.mocov3.augment.batch.ChiSquare;
import io.mocov3.augment.batch.CounterRandom;
import io.mocov3.augment.operation.Crop;
import io.mocov3.augment.operation.Jitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ViewSamplerTest {
  private static final int DRAWS = 100_000;
  private static final double SMALLEST = 1e-4;
  private static final ViewRecipe RECIPE = ViewRecipe.paperView1(224);

  private final JsonNode reference = reference();

  @Test
  void cropsAreDistributedAsTorchvisionDrawsThem() {
    for (JsonNode size : reference.path("random_resized_crop").path("sizes")) {
      int width = size.path("width").asInt();
      int height = size.path("height").asInt();
      long[] area = new long[50];
      long[] ratio = new long[50];
      long[] top = new long[50];
      long[] left = new long[50];

      for (int i = 0; i < DRAWS; i++) {
        Crop crop = ViewSampler.crop(RECIPE.crop(), width, height, CounterRandom.of(3, 0, i, 0));
        long pixels = (long) crop.height() * crop.width();
        area[(int) Math.min(49, 50 * pixels / ((long) width * height))]++;
        double log = Math.log((double) crop.width() / crop.height());
        ratio[(int) Math.clamp(Math.floor((log + 0.357) / 0.014), 0, 49)]++;
        count(top, crop.top(), height - crop.height());
        count(left, crop.left(), width - crop.width());
      }

      assertThat(ChiSquare.probability(area, size.path("area_fraction").path("counts")))
          .as("area, %d x %d", width, height)
          .isGreaterThan(SMALLEST);
      assertThat(ChiSquare.probability(ratio, size.path("log_aspect_ratio").path("counts")))
          .as("ratio, %d x %d", width, height)
          .isGreaterThan(SMALLEST);
      assertThat(ChiSquare.probability(top, size.path("top_fraction").path("counts")))
          .as("top, %d x %d", width, height)
          .isGreaterThan(SMALLEST);
      assertThat(ChiSquare.probability(left, size.path("left_fraction").path("counts")))
          .as("left, %d x %d", width, height)
          .isGreaterThan(SMALLEST);
    }
  }

  @Test
  void jitterIsDistributedAsTorchvisionDrawsIt() {
    assertFactor("brightness", Jitter::brightness);
    assertFactor("contrast", Jitter::contrast);
    assertFactor("saturation", Jitter::saturation);
    assertFactor("hue", Jitter::hue);
  }

  @Test
  void theOrdersOfJitterAreEquallyLikely() {
    JsonNode counts = reference.path("color_jitter").path("orders").path("counts");
    long[] ours = new long[24];
    List<String> names = new ArrayList<>();
    counts.fieldNames().forEachRemaining(names::add);

    for (int i = 0; i < DRAWS; i++) {
      String order =
          jitter(i).order().stream()
              .map(operation -> operation.name().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(","));
      ours[names.indexOf(order)]++;
    }

    ArrayNode array = new ObjectMapper().createArrayNode();
    names.forEach(name -> array.add(counts.path(name).asLong()));
    assertThat(ChiSquare.probability(ours, array)).isGreaterThan(SMALLEST);
  }

  @Test
  void eachStepHappensAsOftenAsThePaperSays() {
    int[] happened = new int[5];
    for (int i = 0; i < DRAWS; i++) {
      ViewParameters view =
          ViewSampler.draw(ViewRecipe.paperView2(32), 32, 32, CounterRandom.of(5, 1, i, 1));
      happened[0] += view.jitter().isPresent() ? 1 : 0;
      happened[1] += view.grayscale() ? 1 : 0;
      happened[2] += view.blurSigma().isPresent() ? 1 : 0;
      happened[3] += view.solarize() ? 1 : 0;
      happened[4] += view.flip() ? 1 : 0;
    }

    double[] expected = {0.8, 0.2, 0.1, 0.2, 0.5};
    for (int i = 0; i < expected.length; i++) {
      double deviation = Math.sqrt(expected[i] * (1 - expected[i]) / DRAWS);
      assertThat(happened[i] / (double) DRAWS)
          .isBetween(expected[i] - 4 * deviation, expected[i] + 4 * deviation);
    }
  }

  @Test
  void theFirstViewOfThePaperIsAlwaysBlurredAndNeverSolarized() {
    for (int i = 0; i < 1000; i++) {
      ViewParameters view = ViewSampler.draw(RECIPE, 300, 200, CounterRandom.of(5, 1, i, 0));

      assertThat(view.blurSigma().orElseThrow()).isBetween(0.1, 2.0);
      assertThat(view.solarize()).isFalse();
    }
  }

  @Test
  void anOperationMoreOrLessShiftsNoOtherDraw() {
    ViewRecipe plain = withJitter(0);
    ViewRecipe jittered = withJitter(1);
    for (int i = 0; i < 1000; i++) {
      ViewParameters without = ViewSampler.draw(plain, 300, 200, CounterRandom.of(5, 1, i, 0));
      ViewParameters with = ViewSampler.draw(jittered, 300, 200, CounterRandom.of(5, 1, i, 0));

      assertThat(without.jitter()).isEmpty();
      assertThat(with.jitter()).isPresent();
      assertThat(with.crop()).isEqualTo(without.crop());
      assertThat(with.grayscale()).isEqualTo(without.grayscale());
      assertThat(with.blurSigma()).isEqualTo(without.blurSigma());
      assertThat(with.flip()).isEqualTo(without.flip());
    }
  }

  private static ViewRecipe withJitter(double probability) {
    ViewRecipe.Jitter rule = RECIPE.jitter();
    return new ViewRecipe(
        RECIPE.crop(),
        new ViewRecipe.Jitter(
            probability, rule.brightness(), rule.contrast(), rule.saturation(), rule.hue()),
        RECIPE.grayscaleProbability(),
        RECIPE.blur(),
        RECIPE.solarizeProbability(),
        RECIPE.flipProbability());
  }

  private void assertFactor(String name, ToDoubleFunction<Jitter> factor) {
    JsonNode expected = reference.path("color_jitter").path("factors").path(name);
    double low = expected.path("uniform").get(0).asDouble();
    double high = expected.path("uniform").get(1).asDouble();
    long[] counts = new long[50];
    for (int i = 0; i < DRAWS; i++) {
      double value = factor.applyAsDouble(jitter(i));
      counts[(int) Math.min(49, Math.floor(50 * (value - low) / (high - low)))]++;
    }
    assertThat(ChiSquare.probability(counts, expected.path("counts")))
        .as(name)
        .isGreaterThan(SMALLEST);
  }

  private static Jitter jitter(int sample) {
    return ViewSampler.factors(RECIPE.jitter(), CounterRandom.of(7, 0, sample, 0));
  }

  private static void count(long[] counts, int position, int room) {
    if (room > 0) {
      counts[Math.min(49, 50 * position / room)]++;
    }
  }

  private static JsonNode reference() {
    try {
      return new ObjectMapper()
          .readTree(Path.of("src/test/resources/augment-fixture/distributions.json").toFile());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
