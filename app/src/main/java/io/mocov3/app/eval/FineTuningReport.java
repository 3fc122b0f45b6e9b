package io.mocov3.app.eval;

import io.mocov3.actors.finetune.FineTuningRun;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.model.finetune.FineTuning.Which;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;

/** Tells the folder's metrics and people how a fine-tuning goes, and at the end what came of it. */
final class FineTuningReport implements FineTuningRun.Listener {
  private final TrainingFolder folder;
  private final ProgressBar bar;
  private final PrintWriter err;
  private Optional<FineTuningRun.Test> last = Optional.empty();

  FineTuningReport(TrainingFolder folder, ProgressBar bar, PrintWriter err) {
    this.folder = folder;
    this.bar = bar;
    this.err = err;
  }

  @Override
  public void stepped(long steps, double epoch, double loss, double rate) {
    Map<String, Object> line = line("finetune_step", steps, epoch);
    line.put("loss", loss);
    line.put("learning_rate", rate);
    folder.append(line);
    bar.stepTo(steps);
    bar.setExtraMessage(String.format(Locale.ROOT, "epoch %.2f loss %.4f", epoch, loss));
  }

  @Override
  public void tested(FineTuningRun.Test test) {
    last = Optional.of(test);
    String left =
        test.undecodable() == 0
            ? ""
            : ", %d images cannot be decoded".formatted(test.undecodable());
    test.accuracies()
        .forEach(
            (network, accuracy) -> {
              Map<String, Object> line = line(TrainingFolder.TEST, test.steps(), test.epoch());
              line.put("network", label(network));
              line.put("accuracy", accuracy);
              folder.append(line);
              err.println(
                  String.format(
                      Locale.ROOT,
                      "  test images at step %d (epoch %.2f): %.2f %% (%s%s)",
                      test.steps(),
                      test.epoch(),
                      100 * accuracy,
                      label(network),
                      left));
              err.flush();
            });
  }

  private static Map<String, Object> line(String type, long step, double epoch) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", type);
    line.put("step", step);
    line.put("epoch", epoch);
    return line;
  }

  private static String label(Which network) {
    return network.name().toLowerCase(Locale.ROOT);
  }

  /** The last test, and where the networks are for timm, if anywhere. */
  void print(PrintWriter out, Map<Which, Path> written, boolean json) {
    FineTuningRun.Test test = last.orElseThrow();
    if (json) {
      JsonOutput.print(out, document(test, written));
      return;
    }
    out.printf("%8s  %8s  %s%n", "network", "accuracy", "for timm");
    test.accuracies()
        .forEach(
            (network, accuracy) ->
                out.printf(
                    "%8s  %6.2f %%  %s%n",
                    label(network),
                    100 * accuracy,
                    Optional.ofNullable(written.get(network)).map(Path::toString).orElse("-")));
    out.flush();
  }

  private static Map<String, Object> document(FineTuningRun.Test test, Map<Which, Path> written) {
    List<Map<String, Object>> results = new ArrayList<>();
    test.accuracies()
        .forEach(
            (network, accuracy) -> {
              Map<String, Object> result = new LinkedHashMap<>();
              result.put("network", label(network));
              result.put("accuracy", accuracy);
              Optional.ofNullable(written.get(network))
                  .ifPresent(path -> result.put("timm", path.toString()));
              results.add(result);
            });
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("results", results);
    document.put("steps", test.steps());
    document.put("test_images", test.images());
    document.put("undecodable", test.undecodable());
    return document;
  }
}
