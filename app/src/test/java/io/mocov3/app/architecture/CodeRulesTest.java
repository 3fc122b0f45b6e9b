package io.mocov3.app.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** Habits that a reader relies on everywhere; docs/architecture.md and CONTRIBUTING.md say why. */
@AnalyzeClasses(packages = "io.mocov3", importOptions = ImportOption.DoNotIncludeTests.class)
final class CodeRulesTest {

  private static final Set<String> READERS =
      Set.of(
          "GradientMeter.measure",
          "GradientMeter.read",
          "GradientMeter.<init>", // once, for a table
          "TrainingStep.takeLoss",
          "KeyEncoder.norm",
          "SinCosPositionEmbedding.tensor"); // once, for a table

  private static final String TORCH_OPS = "io.mocov3.model.tensor.TorchOps";

  @ArchTest
  static final ArchRule untyped_calls_into_libtorch_live_in_one_class =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(TORCH_OPS)
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "org\\.bytedeco\\.pytorch\\.(Dispatcher|OperatorHandle|OperatorName|CompilationUnit"
                  + "|GenericList|IValueVector)")
          .orShould()
          .callMethodWhere(
              describe(
                  "a boxed call or a TorchScript compilation",
                  call ->
                      call.getTargetOwner().getPackageName().startsWith("org.bytedeco.pytorch")
                          && (call.getName().equals("callBoxed")
                              || call.getName().equals("compile"))))
          .because("a wrong constructor or argument there crashes the JVM");

  @ArchTest
  static final ArchRule a_step_happens_in_one_place =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.mocov3.model.step.TrainingStep")
          .and()
          .doNotHaveFullyQualifiedName(
              "io.mocov3.model.step.ViewFeatures") // the way to the weights
          .and()
          .resideOutsideOfPackage("io.mocov3.model.finetune") // with labels, another step
          .and()
          .doNotHaveSimpleName("OptimizerFixture") // an optimizer alone, on given gradients
          .and()
          .doNotHaveSimpleName("LossFixture") // a loss alone, of given embeddings
          .should()
          .callMethodWhere(
              describe(
                  "Tensor.backward or Optimizer.step",
                  call ->
                      isCall(call, "org.bytedeco.pytorch.Tensor", "backward")
                          || isCall(call, "io.mocov3.model.optim.Optimizer", "step")));

  /**
   * What makes the host wait for a GPU: numbers that come from it. A step has one such moment, when
   * the loss and the norms of all gradients are read together, and without diagnostics the loss.
   */
  @ArchTest
  static final ArchRule a_step_reads_the_device_once =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.mocov3.model.step",
              "io.mocov3.model.method",
              "io.mocov3.model.backbone",
              "io.mocov3.model.nn",
              "io.mocov3.model.loss",
              "io.mocov3.model.optim")
          .should()
          .callMethodWhere(
              describe(
                  "a read of a tensor outside GradientMeter.measure, TrainingStep.takeLoss and the"
                      + " drift of a look at health",
                  call ->
                      call.getTargetOwner().getName().equals("org.bytedeco.pytorch.Tensor")
                          && call.getName()
                              .matches(
                                  "item.*|cpu|data_ptr.*|nonzero.*|is_nonzero|equal|masked_select"
                                      + "|_local_scalar_dense|create")
                          && !READERS.contains(
                              call.getOriginOwner().getSimpleName()
                                  + "."
                                  + call.getOrigin().getName())));

  @ArchTest
  static final ArchRule only_model_knows_which_methods_there_are =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.mocov3.model..")
          .should()
          .dependOnClassesThat()
          .haveSimpleNameStartingWith("MoCoV3");

  @ArchTest
  static final ArchRule no_other_program_is_started_but_this_one_as_a_rank =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.mocov3.app.launch.LocalRanks")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.ProcessBuilder")
          .orShould()
          .callMethodWhere(describe("Runtime.exec", call -> isOn(call, Runtime.class, "exec")));

  @ArchTest static final ArchRule logging_is_slf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

  @ArchTest
  static final ArchRule only_main_ends_the_process =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.mocov3.app.Main")
          .should()
          .callMethodWhere(
              describe(
                  "System.exit or Runtime.exit",
                  call -> isOn(call, System.class, "exit") || isOn(call, Runtime.class, "exit")));

  @ArchTest
  static final ArchRule only_a_signal_halts_since_exit_inside_a_shutdown_hook_never_returns =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.mocov3.app.daemon.StopSignal")
          .should()
          .callMethodWhere(describe("Runtime.halt", call -> isOn(call, Runtime.class, "halt")));

  @ArchTest
  static final ArchRule only_app_writes_to_the_terminal =
      noClasses().that().resideOutsideOfPackage("io.mocov3.app..").should(ACCESS_STANDARD_STREAMS);

  @ArchTest
  static final ArchRule no_java_serialization =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(ObjectInputStream.class, ObjectOutputStream.class)
          .orShould()
          .dependOnClassesThat(resideInAPackage("akka.serialization.."))
          .because("weights are safetensors, everything else is JSON or HOCON");

  @ArchTest
  static final ArchRule actors_do_not_wait =
      noClasses()
          .that()
          .resideInAPackage("io.mocov3.actors..")
          .and()
          .doNotHaveSimpleName("SequentialTraining") // no actor: it is there to wait
          .and()
          .doNotHaveSimpleName("Follower") // nor is this one
          .and()
          .doNotHaveSimpleName("ReadAhead") // for threads that have nothing else to do
          .should()
          .callMethodWhere(
              describe(
                  "Thread.sleep, Future.get, CompletableFuture.join or LockSupport.park",
                  call ->
                      isOn(call, Thread.class, "sleep")
                          || isOn(call, CompletableFuture.class, "join")
                          || isOn(call, Future.class, "get")
                          || isOn(call, LockSupport.class, "park")));

  @ArchTest
  static final ArchRule exceptions_that_others_see_are_unchecked =
      classes()
          .that()
          .areAssignableTo(Exception.class)
          .and()
          .arePublic()
          .should()
          .beAssignableTo(RuntimeException.class)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule no_mutable_static_state_but_the_thread_count_that_is_libtorchs_own =
      fields()
          .that()
          .areStatic()
          .and()
          .areNotDeclaredIn("io.mocov3.model.device.Threads")
          .should()
          .beFinal();

  private static boolean isCall(JavaAccess<?> call, String owner, String method) {
    return call.getTargetOwner().getName().equals(owner) && call.getName().equals(method);
  }

  private static boolean isOn(JavaAccess<?> call, Class<?> type, String method) {
    return call.getTargetOwner().isAssignableTo(type) && call.getName().equals(method);
  }
}
