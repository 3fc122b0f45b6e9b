package io.mocov3.app.settings;

import io.mocov3.app.settings.Settings.Live;
import io.mocov3.app.settings.Settings.Probe;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.model.evaluation.KnnClassifier;
import java.util.List;
import java.util.Set;

/** Reads {@code evaluation.live}. */
final class LiveSection {
  private static final Set<String> PROBE_KEYS = Set.of("name", "path", "format");

  private LiveSection() {}

  static Live read(Section live, int imageSize) {
    int length = live.integer("queue-length", 1, 10_000_000);
    List<KnnClassifier.Setting> settings = SettingsReader.votes(live);
    live.check(
        "k",
        "at most queue-length (" + length + ")",
        settings.stream().allMatch(setting -> setting.k() <= length));
    int images = live.integer("images", 1, 1_000_000);
    live.checkBytes("images", images, 1, imageSize);
    return new Live(
        live.flag("enabled"),
        live.whole("every-steps", 0, Settings.MOST_STEPS),
        images,
        length,
        live.integer("max-age-steps", 0, 1_000_000_000),
        settings,
        live.sections("probes", PROBE_KEYS).stream().map(LiveSection::probe).toList());
  }

  private static Probe probe(Section probe) {
    String name = probe.name("name");
    probe.check("name", "another name than test, which is data.test", !name.equals("test"));
    return new Probe(
        name,
        probe.nonEmptyPath("path"),
        probe.has("format") ? probe.choice("format", DataFormat.class) : DataFormat.AUTO);
  }
}
