package io.mocov3.app.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;

/** The module table of docs/architecture.md: who must not know whom. */
@AnalyzeClasses(packages = "io.mocov3", importOptions = ImportOption.DoNotIncludeTests.class)
final class ModuleRulesTest {

  private static final String AKKA = "akka..";
  private static final String HOCON = "com.typesafe.config..";
  private static final String LIBTORCH = "org.bytedeco.pytorch..";
  private static final String METERS = "io.micrometer..";
  private static final String OPENCV = "org.bytedeco.opencv..";

  @ArchTest
  static final ArchRule model_is_mathematics_on_libtorch =
      module("model")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              AKKA,
              OPENCV,
              METERS,
              HOCON,
              "io.mocov3.augment..",
              "io.mocov3.metrics..",
              "io.mocov3.actors..",
              "io.mocov3.app..");

  @ArchTest
  static final ArchRule augment_is_images_on_opencv =
      module("augment")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              AKKA,
              LIBTORCH,
              METERS,
              HOCON,
              "io.mocov3.model..",
              "io.mocov3.metrics..",
              "io.mocov3.actors..",
              "io.mocov3.app..");

  @ArchTest
  static final ArchRule metrics_knows_meters_only =
      module("metrics")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              AKKA,
              "org.bytedeco..",
              HOCON,
              "io.mocov3.model..",
              "io.mocov3.augment..",
              "io.mocov3.actors..",
              "io.mocov3.app..");

  @ArchTest
  static final ArchRule actors_measure_through_the_port_and_get_records_as_settings =
      module("actors")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(METERS, HOCON, "picocli..", "io.mocov3.app..");

  @ArchTest
  static final ArchRule actors_use_the_metrics_port_not_its_adapters =
      module("actors")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.mocov3.metrics..")
                  .and(
                      describe(
                          "are not the port",
                          type ->
                              !type.getName()
                                  .matches(
                                      "io\\.mocov3\\.metrics\\.(TrainingMetrics(\\$.*)?|Signal)"))));

  @ArchTest
  static final ArchRule app_names_native_types_but_never_computes_with_them =
      module("app")
          .should()
          .callCodeUnitWhere(
              describe(
                  "a method or constructor of libtorch or OpenCV",
                  call -> resideInAnyPackage(LIBTORCH, OPENCV).test(call.getTargetOwner())));

  @ArchTest
  static final ArchRule actors_decide_when_and_where_and_never_compute =
      module("actors")
          .should()
          .callCodeUnitWhere(
              describe(
                  "a method or constructor of libtorch or OpenCV",
                  call -> resideInAnyPackage(LIBTORCH, OPENCV).test(call.getTargetOwner())));

  @ArchTest
  static final ArchRule every_class_belongs_to_a_module =
      classes()
          .should()
          .resideInAnyPackage(
              "io.mocov3.model..",
              "io.mocov3.augment..",
              "io.mocov3.metrics..",
              "io.mocov3.actors..",
              "io.mocov3.app..");

  private static GivenClassesConjunction module(String name) {
    return noClasses().that().resideInAPackage("io.mocov3." + name + "..");
  }
}
