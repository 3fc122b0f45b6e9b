package io.mocov3.app.memory;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a training takes of memory at its peak, part by part, in bytes. */
public record MemoryForecast(List<Part> parts) {

  /** A part, and the key whose lower value makes it smaller. */
  public record Part(String name, long bytes, String key, boolean onDevice) {

    public String title() {
      return name.replace('_', ' ');
    }
  }

  /** Of the host. */
  public long needed() {
    return parts.stream().filter(part -> !part.onDevice()).mapToLong(Part::bytes).sum();
  }

  public long neededOnDevice() {
    return parts.stream().filter(Part::onDevice).mapToLong(Part::bytes).sum();
  }

  boolean fits(MachineMemory memory) {
    return needed() <= memory.available();
  }

  /** Of the host, the largest first. */
  List<Part> largest() {
    return parts.stream()
        .filter(part -> !part.onDevice())
        .sorted(Comparator.comparingLong(Part::bytes).reversed())
        .toList();
  }

  public Map<String, Long> byName() {
    Map<String, Long> map = new LinkedHashMap<>();
    parts.forEach(part -> map.put(part.name(), part.bytes()));
    return map;
  }

  public static String gigabytes(long bytes) {
    return bytes < 100_000_000
        ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }
}
