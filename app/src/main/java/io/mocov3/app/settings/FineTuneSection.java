package io.mocov3.app.settings;

import io.mocov3.app.conf.Presets;
import io.mocov3.app.settings.Settings.FineTune;
import io.mocov3.augment.policy.RandAugment;
import io.mocov3.augment.policy.RandomErasing;
import io.mocov3.model.device.Precision;
import io.mocov3.model.finetune.FineTuningConfig;
import io.mocov3.model.finetune.Mixing;
import java.util.List;
import java.util.Optional;

/** Reads {@code evaluation.finetune}. */
final class FineTuneSection {
  private static final double MOST_EPOCHS = 10_000;

  /** Of the magnitude, in all of DeiT's recipes. */
  private static final double DEVIATION = 0.5;

  private FineTuneSection() {}

  static FineTune read(Section finetune, Precision precision, int imageSize) {
    String recipe = finetune.text("recipe");
    List<String> recipes = Presets.names("finetune");
    finetune.check("recipe", "one of " + String.join(", ", recipes), recipes.contains(recipe));
    int batchSize = finetune.integer("batch-size", 1, 1_000_000);
    finetune.checkBytes("batch-size", batchSize, 1, imageSize);
    Mixing mixing =
        new Mixing(
            finetune.number("mixup", 0, 100),
            finetune.number("cutmix", 0, 100),
            finetune.coefficient("label-smoothing"));
    double magnitude = finetune.number("rand-augment", 0, 10);
    int operations = finetune.integer("rand-augment-operations", 1, 100);
    return new FineTune(
        recipe,
        finetune.positive("epochs", MOST_EPOCHS),
        batchSize,
        finetune.number("base-learning-rate", 0, 1000),
        finetune.number("min-learning-rate", 0, 1000),
        finetune.number("warmup-epochs", 0, MOST_EPOCHS),
        new FineTuningConfig(
            mixing,
            finetune.coefficient("drop-path"),
            finetune.positive("layer-decay", 1),
            finetune.number("weight-decay", 0, 1000),
            finetune.coefficient("average"),
            finetune.integer("micro-batches", 1, 65_536),
            precision),
        magnitude == 0
            ? Optional.empty()
            : Optional.of(new RandAugment(operations, magnitude, DEVIATION)),
        new RandomErasing(finetune.number("erasing", 0, 1)),
        finetune.range("crop-scale", 1),
        finetune.number("test-every-epochs", 0, MOST_EPOCHS));
  }
}
