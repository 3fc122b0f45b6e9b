package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.features.NeighbourPicture;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.augment.sheet.NeighbourSheet;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.evaluation.Retrieval;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 eval retrieval}: what lies near what. */
@Command(
    name = "retrieval",
    description = {
      "Finds the nearest training images of test images in feature space, draws some, and tells how many"
          + " have the same class.",
      "Without labelled images the training images are asked about each other."
    },
    mixinStandardHelpOptions = true)
public final class EvalRetrievalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Subject subject;

  @Option(
      names = "--neighbours",
      defaultValue = "8",
      description = "Of each image: ${DEFAULT-VALUE}")
  private int neighbours;

  @Option(
      names = "--rows",
      defaultValue = "10",
      description = "Images that are drawn, spread evenly over the set: ${DEFAULT-VALUE}")
  private int drawn;

  @Option(
      names = "--out",
      paramLabel = "FILE.png",
      defaultValue = "neighbours.png",
      description = "The picture: ${DEFAULT-VALUE}")
  private Path out;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--neighbours", neighbours, 1, 100);
    SettingsException.requireBetween("--rows", drawn, 1, 100);
    try (Subject.Open open = subject.open(spec.commandLine().getErr())) {
      boolean labelled = !open.data().labelled().isEmpty();
      LabelledSets sets = labelled ? subject.sets(open).whole() : subject.unlabelled(open);
      Set<FeatureKind> kinds = Set.of(FeatureKind.POOLED);
      try (LabelledFeatures references =
          open.features("train", sets, sets.train(), kinds).get(FeatureKind.POOLED)) {
        if (!labelled) {
          int most = Math.min(neighbours, references.size() - 1);
          show(sets, references, references, Retrieval.among(references, most), labelled);
          return 0;
        }
        try (LabelledFeatures asked =
            open.features("test", sets, sets.test(), kinds).get(FeatureKind.POOLED)) {
          int most = Math.min(neighbours, references.size());
          show(sets, references, asked, Retrieval.of(references, asked, most), labelled);
        }
      }
    }
    return 0;
  }

  private void show(
      LabelledSets sets,
      LabelledFeatures references,
      LabelledFeatures asked,
      Retrieval found,
      boolean labelled) {
    ImageSource test = sets.test().source();
    List<NeighbourSheet.Row> rows = new ArrayList<>();
    int count = Math.min(drawn, asked.size());
    for (int i = 0; i < count; i++) {
      int query = (int) ((long) i * asked.size() / count);
      List<Integer> indices =
          Arrays.stream(found.nearest()[query])
              .mapToObj(row -> references.indices().get((int) row))
              .toList();
      rows.add(
          NeighbourPicture.row(test, asked.indices().get(query), sets.train().source(), indices));
    }
    NeighbourSheet.write(out, "Images (left) and the nearest ones in feature space", rows);
    print(labelled ? found.precision(references, asked) : new double[0], asked.size());
  }

  private void print(double[] precision, int queries) {
    PrintWriter console = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("queries", queries);
      document.put("precision", precision);
      document.put("picture", out.toString());
      JsonOutput.print(console, document);
      return;
    }
    for (int k = 0; k < precision.length; k++) {
      console.printf(
          "of the nearest %2d  %6.2f %% have the same class%n", k + 1, 100 * precision[k]);
    }
    console.printf("%d images asked about; picture: %s%n", queries, out);
    console.flush();
  }
}
