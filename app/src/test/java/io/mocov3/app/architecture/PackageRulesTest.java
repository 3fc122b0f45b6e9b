package io.mocov3.app.architecture;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The map of packages in docs/architecture.md: arrows point downwards only. */
@AnalyzeClasses(packages = "io.mocov3", importOptions = ImportOption.DoNotIncludeTests.class)
final class PackageRulesTest {
  private static final int MOST_FILES = 17;

  /** Of the packages of a module, each may know those of the lines below its own. */
  private static final Map<String, List<Set<String>>> LAYERS =
      Map.of(
          "model",
          List.of(
              Set.of("exactness", "interchange"),
              Set.of("memory"),
              Set.of("step", "evaluation", "finetune"),
              Set.of("method"),
              Set.of("loss", "optim", "backbone", "stability"),
              Set.of("nn"),
              Set.of("distributed"),
              Set.of("tensor", "checkpoint"),
              Set.of("safetensors", "device"),
              Set.of("")),
          "augment",
          List.of(
              Set.of("exactness", "sheet", "dataset", "policy"),
              Set.of("view", "shapes", "webdataset"),
              Set.of("source", "operation"),
              Set.of("codec", "batch"),
              Set.of("")),
          "actors",
          List.of(
              Set.of("guardian"),
              Set.of("training"),
              Set.of("session"),
              Set.of("ranks", "finetune"),
              Set.of("evaluation", "stability", "checkpoint"),
              Set.of("views"),
              Set.of("events", "control"),
              Set.of("")),
          "app",
          List.of(
              Set.of(""),
              Set.of("train", "eval", "ctl"),
              Set.of("launch"),
              Set.of("bench"),
              Set.of("daemon"),
              Set.of("observe"),
              Set.of("memory", "http"),
              Set.of("plan", "page", "weights", "control", "tensorboard", "log"),
              Set.of("features"),
              Set.of("run"),
              Set.of("lines"),
              Set.of("data"),
              Set.of("settings"),
              Set.of("conf"),
              Set.of("output")));

  @ArchTest
  static final ArchRule no_circles = slices().matching("io.mocov3.(**)").should().beFreeOfCycles();

  @ArchTest
  static void arrows_point_downwards(JavaClasses classes) {
    List<String> upwards =
        classes.stream()
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .filter(arrow -> isUpwards(arrow.getOriginClass(), arrow.getTargetClass()))
            .map(arrow -> arrow.getDescription())
            .sorted()
            .toList();

    assertThat(upwards).isEmpty();
  }

  @ArchTest
  static void packages_are_small(JavaClasses classes) {
    Map<String, Long> files =
        classes.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(groupingBy(JavaClass::getPackageName, counting()));

    assertThat(files).allSatisfy((name, count) -> assertThat(count).isLessThan(MOST_FILES + 1L));
  }

  private static boolean isUpwards(JavaClass from, JavaClass to) {
    List<String> origin = path(from);
    List<String> target = path(to);
    if (origin.isEmpty() || target.isEmpty() || !origin.getFirst().equals(target.getFirst())) {
      return false;
    }
    return !origin.equals(target)
        && LAYERS.containsKey(origin.getFirst())
        && layer(target) <= layer(origin);
  }

  /** The module and the package within it; empty of a class that is not ours. */
  private static List<String> path(JavaClass type) {
    String[] parts = type.getBaseComponentType().getPackageName().split("\\.", -1);
    if (parts.length < 3 || !parts[1].equals("mocov3")) {
      return List.of();
    }
    return List.of(parts[2], parts.length > 3 ? parts[3] : "");
  }

  private static int layer(List<String> path) {
    List<Set<String>> layers = LAYERS.get(path.getFirst());
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i).contains(path.getLast())) {
        return i;
      }
    }
    throw new AssertionError(
        "the package %s has no layer, there are %s"
            .formatted(
                path, layers.stream().flatMap(Set::stream).collect(Collectors.joining(" "))));
  }
}
