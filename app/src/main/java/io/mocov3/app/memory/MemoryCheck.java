package io.mocov3.app.memory;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.memory.MemoryForecast.Part;
import io.mocov3.app.settings.Settings;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Whether a training fits into the memory that there is, before it takes any. Of several ranks each
 * takes what its part of a batch needs.
 */
public record MemoryCheck(Settings settings, MemoryParts parts, MachineMemory memory, int ranks) {
  private static final int PARTS_TOLD = 3;

  public boolean fits() {
    return forecast().fits(memory);
  }

  public MemoryForecast forecast() {
    return parts.at(settings.data().batchSize() / ranks);
  }

  /**
   * Refuses a training that will not fit, unless that was asked for.
   *
   * @throws SettingsException in one line: what is needed, for what, and which key to lower
   */
  public void require() {
    if (settings.run().checkMemory() && !fits()) {
      throw new SettingsException(refusal());
    }
  }

  public String refusal() {
    MemoryForecast forecast = forecast();
    String what =
        forecast.largest().stream()
            .limit(PARTS_TOLD)
            .map(part -> part.title() + " " + MemoryForecast.gigabytes(part.bytes()))
            .collect(Collectors.joining(", "));
    return "training needs about %s of memory (%s), but %s has %s free; lower %s, or set run.check-memory=false to try all the same"
        .formatted(
            MemoryForecast.gigabytes(forecast.needed()),
            what,
            memory.bound(),
            MemoryForecast.gigabytes(memory.available()),
            advice(forecast.largest().getFirst()));
  }

  private String advice(Part largest) {
    if (!largest.key().equals("data.batch-size")) {
      return largest.key();
    }
    OptionalInt fitting = largestBatch();
    return fitting.isPresent()
        ? "data.batch-size from %d to %d"
            .formatted(settings.data().batchSize(), ranks * fitting.getAsInt())
        : "model.preset (not even a batch of 2 fits)";
  }

  private OptionalInt largestBatch() {
    int low = 1;
    int high = settings.data().batchSize() / ranks;
    while (high - low > 1) {
      int middle = (low + high) / 2;
      boolean fits = parts.at(middle).fits(memory);
      low = fits ? middle : low;
      high = fits ? high : middle;
    }
    return low >= 2 ? OptionalInt.of(low) : OptionalInt.empty();
  }
}
