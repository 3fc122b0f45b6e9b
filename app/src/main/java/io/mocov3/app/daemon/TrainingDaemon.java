package io.mocov3.app.daemon;

import akka.Done;
import akka.actor.typed.ActorSystem;
import com.typesafe.config.ConfigFactory;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.MetricsSink;
import io.mocov3.actors.guardian.Blueprint;
import io.mocov3.actors.guardian.TrainingGuardian;
import io.mocov3.actors.guardian.TrainingGuardian.Command;
import io.mocov3.actors.guardian.TrainingOutcome;
import io.mocov3.app.data.DataDigest;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.http.HealthAnswer;
import io.mocov3.app.http.HttpServer;
import io.mocov3.app.http.Sources;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.Version;
import io.mocov3.app.plan.Plans;
import io.mocov3.app.plan.Workers;
import io.mocov3.app.run.LogWatch;
import io.mocov3.app.run.Provenance;
import io.mocov3.app.run.RunDirectory;
import io.mocov3.app.run.RunException;
import io.mocov3.app.run.RunFiles;
import io.mocov3.app.settings.Settings;
import io.mocov3.metrics.PrometheusMetrics;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.tensor.Threads;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bytedeco.javacpp.Pointer;

/** One training from first check to exit code: opens, starts, waits, and ends on a signal. */
public final class TrainingDaemon {
  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

  /** Seconds that actors are given to end after a signal, once the last checkpoint is written. */
  private static final long ENDING = 3;

  /** Set by the launcher when standard error is a terminal; the JDK cannot tell. */
  private static final String TERMINAL = "mocov3.terminal";

  private final Settings settings;
  private final PrintStream err;
  private final CompletableFuture<TrainingOutcome> outcome = new CompletableFuture<>();
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private volatile boolean signalled;

  public TrainingDaemon(Settings settings, PrintStream err) {
    this.settings = settings;
    this.err = err;
  }

  /**
   * Runs to the end and returns the exit code; mistakes of the user's are thrown before it starts.
   */
  public int run() {
    return run(Resumption.Request.PLAIN);
  }

  public int run(Resumption.Request request) {
    Threads.configure(settings.threads());
    if (settings.http().enabled()) {
      HttpServer.requireFree(settings.http().host(), settings.http().port());
    }
    try (DataSets data = DataSets.open(settings)) {
      TrainingAssembly assembly = new TrainingAssembly(settings, data);
      assembly.requireMemory();
      if (request.anew()
          || !Files.exists(settings.run().directory().resolve("checkpoints/latest"))) {
        assembly.checkInitialWeights();
      }
      try (RunDirectory directory = RunDirectory.open(settings.run().directory())) {
        Optional<Path> aside = request.anew() ? directory.setAside() : Optional.empty();
        aside.ifPresent(folder -> err.println("what was here is kept in " + folder));
        DataDigest digest = DataDigest.of(data.train(), settings.data().isRemote());
        Resumption resumption =
            Resumption.check(directory.paths(), settings, assembly.plan(), digest, request);
        resumption.lines().forEach(err::println);
        return run(directory, assembly, digest, resumption);
      }
    }
  }

  private int run(
      RunDirectory directory, TrainingAssembly assembly, DataDigest digest, Resumption resumption) {
    ProgressLine progress =
        new ProgressLine(err, Boolean.getBoolean(TERMINAL), directory.paths().capsules());
    try (PrometheusMetrics metrics =
        new PrometheusMetrics(settings.run().name(), Version.text(), Pointer::physicalBytes)) {
      return run(directory, assembly, digest, resumption, progress, metrics);
    }
  }

  private int run(
      RunDirectory directory,
      TrainingAssembly assembly,
      DataDigest digest,
      Resumption resumption,
      ProgressLine progress,
      PrometheusMetrics metrics) {
    LogWatch watch = new LogWatch(metrics, progress::warn);
    try (RunFiles files = new RunFiles(directory, watch);
        ExecutorService workers = Workers.start(settings)) {
      LiveHistory history = new LiveHistory(directory.path(), progress::warn);
      LiveStatus status = new LiveStatus(settings.run().directory());
      EventSink events =
          new EventSinks(
              List.of(new MetricsSink(metrics), files, history, status, progress), progress::warn);
      Blueprint blueprint =
          assembly.blueprint(
              new CheckpointStore(directory.paths().checkpoints(), settings.checkpoint().keep()),
              workers,
              events,
              files::hasProbe,
              outcome);
      ActorSystem<Command> system =
          ActorSystem.create(
              TrainingGuardian.create(blueprint), "mocov3", ConfigFactory.load("akka"));
      Thread hook = new Thread(() -> stopAndExit(system), "shutdown");
      try {
        serve(system, metrics, status, history).ifPresent(progress::line);
        directory.write(directory.paths().configFile(), settings.rendered());
        Provenance.write(
            directory, digest, resumption.isCheckpointed(), resumption.allChanges(), watch);
        Runtime.getRuntime().addShutdownHook(hook);
        system
            .getWhenTerminated()
            .thenRun(
                () ->
                    outcome.complete(new TrainingOutcome.Failed("the actors ended on their own")));
        system.tell(TrainingGuardian.Start.INSTANCE);
        watch(directory, system);
        int code = exitCode(outcome.join());
        end(system, files);
        ended.complete(code);
        return code;
      } catch (RunException e) {
        end(system, files);
        throw e;
      } finally {
        forget(hook);
      }
    }
  }

  /** A process may train several runs, one after the other. */
  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the process is ending, and the hook waits for this run
    }
  }

  /** After a signal a probe under way is not waited for: the process ends with it. */
  private void end(ActorSystem<Command> system, RunFiles files) {
    system.terminate();
    CompletableFuture<Done> terminated = system.getWhenTerminated().toCompletableFuture();
    if (signalled) {
      terminated = terminated.completeOnTimeout(Done.getInstance(), ENDING, TimeUnit.SECONDS);
    }
    terminated.join();
    files.close();
  }

  /** Training on in a directory that is gone would be lost to the last step. */
  private static void watch(RunDirectory directory, ActorSystem<Command> system) {
    system
        .scheduler()
        .scheduleWithFixedDelay(
            WATCH_INTERVAL,
            WATCH_INTERVAL,
            () ->
                directory
                    .lost()
                    .ifPresent(reason -> system.tell(new TrainingGuardian.GiveUp(reason))),
            system.executionContext());
  }

  /** The address that is served, as a line to print. */
  private Optional<String> serve(
      ActorSystem<Command> system,
      PrometheusMetrics metrics,
      LiveStatus status,
      LiveHistory history) {
    if (!settings.http().enabled()) {
      return Optional.empty();
    }
    try {
      int port =
          HttpServer.start(
                  system,
                  settings.http(),
                  new Sources(
                      metrics,
                      () -> HealthAnswer.good("alive"),
                      status::ready,
                      status::status,
                      () -> history.history().snapshot()))
              .toCompletableFuture()
              .join()
              .localAddress()
              .getPort();
      return Optional.of("serving http://%s:%d/".formatted(settings.http().host(), port));
    } catch (CompletionException e) {
      if (e.getCause() instanceof RunException mistake) {
        throw mistake;
      }
      throw e;
    }
  }

  /** On a signal: save, and end with 75, or with 143 when nothing could be saved in time. */
  private void stopAndExit(ActorSystem<Command> system) {
    if (ended.isDone()) {
      return;
    }
    signalled = true;
    system.tell(TrainingGuardian.Stop.INSTANCE);
    int code;
    try {
      code = ended.get(Plans.SAVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException | TimeoutException | ExecutionException e) {
      code = ExitCode.KILLED;
    }
    Runtime.getRuntime().halt(code);
  }

  private int exitCode(TrainingOutcome ending) {
    return switch (ending) {
      case TrainingOutcome.Completed completed -> {
        err.println("done: %d steps".formatted(completed.step()));
        yield ExitCode.DONE;
      }
      case TrainingOutcome.Interrupted interrupted -> {
        err.println(
            interrupted.saved()
                ? "interrupted after step %d, saved; the same command goes on from here"
                    .formatted(interrupted.step())
                : "interrupted after step %d; it could not be saved".formatted(interrupted.step()));
        yield interrupted.saved() ? ExitCode.INTERRUPTED : ExitCode.KILLED;
      }
      case TrainingOutcome.DataGone gone -> {
        err.println(
            gone.saved()
                ? "interrupted after step %d, saved: %s; the same command goes on when the images are back"
                    .formatted(gone.step(), gone.reason())
                : "mocov3: step %d could not be saved, and %s"
                    .formatted(gone.step(), gone.reason()));
        yield gone.saved() ? ExitCode.INTERRUPTED : ExitCode.FAILED;
      }
      case TrainingOutcome.Failed failed -> {
        err.println("mocov3: " + Escaped.text(failed.reason()));
        yield ExitCode.FAILED;
      }
    };
  }
}
