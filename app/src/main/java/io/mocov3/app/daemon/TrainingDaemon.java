package io.mocov3.app.daemon;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import com.typesafe.config.ConfigFactory;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.guardian.Blueprint;
import io.mocov3.actors.guardian.GuardianCommand;
import io.mocov3.actors.guardian.TrainingGuardian;
import io.mocov3.actors.guardian.TrainingOutcome;
import io.mocov3.actors.ranks.Leader;
import io.mocov3.app.data.DataArrival;
import io.mocov3.app.data.DataDigest;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.lines.JsonLines;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.app.log.RunLog;
import io.mocov3.app.observe.DeviceReadings;
import io.mocov3.app.observe.Observers;
import io.mocov3.app.observe.ProgressLine;
import io.mocov3.app.observe.Watchdog;
import io.mocov3.app.output.RunException;
import io.mocov3.app.output.Version;
import io.mocov3.app.plan.Plans;
import io.mocov3.app.plan.Probes;
import io.mocov3.app.plan.Workers;
import io.mocov3.app.run.PauseFile;
import io.mocov3.app.run.Provenance;
import io.mocov3.app.run.RunDirectory;
import io.mocov3.app.run.RunFiles;
import io.mocov3.app.run.RunPaths;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.tensorboard.TensorBoardSink;
import io.mocov3.metrics.PrometheusMetrics;
import io.mocov3.model.checkpoint.CheckpointReader;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.device.Threads;
import io.mocov3.model.distributed.Ranks;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;

/** One training from first check to exit code: opens, starts, waits, and ends on a signal. */
public final class TrainingDaemon {
  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

  /** What actors are given to end, once the last checkpoint is written. */
  private static final Duration AFTER_A_SIGNAL = Duration.ofSeconds(3);

  private static final Duration OTHERWISE = Duration.ofSeconds(60);

  private final Settings settings;
  private final Ranks ranks;
  private final RunLog log;
  private final PrintStream err;
  private final StopSignal signal;
  private final CompletableFuture<TrainingOutcome> outcome = new CompletableFuture<>();
  private EventSink audience = EventSink.NONE;

  /** One process by itself. */
  public TrainingDaemon(Settings settings, PrintStream err) {
    this(settings, Ranks.ALONE, err);
  }

  /** Listens to signals from now on, until it has run; {@code ranks} is the first of them. */
  public TrainingDaemon(Settings settings, Ranks ranks, PrintStream err) {
    this.settings = settings;
    this.ranks = ranks;
    signal =
        new StopSignal(
            paths().checkpoints().resolve("latest"),
            settings.run().stopGrace(),
            settings.log().file().isEmpty());
    log = new RunLog(settings.log(), settings.run().name(), err, isTerminal(settings));
    this.err = log.stream();
  }

  /** Set by the launcher when standard error is a terminal; the JDK cannot tell. */
  private static boolean isTerminal(Settings settings) {
    return Boolean.getBoolean("mocov3.terminal")
        && settings.log().format() == Settings.LogFormat.TEXT
        && settings.log().file().isEmpty();
  }

  /** Somebody else who is told of everything, before it runs. */
  public TrainingDaemon alsoTell(EventSink sink) {
    audience = sink;
    return this;
  }

  /**
   * Runs to the end and returns the exit code; mistakes of the user's are thrown before it starts.
   */
  public int run() {
    return run(Resumption.Request.PLAIN);
  }

  public int run(Resumption.Request request) {
    try (RunLog opened = log;
        StopSignal heard = signal) {
      return train(request);
    }
  }

  private int train(Resumption.Request request) {
    Threads.configure(ranks.threads(settings.threads()));
    if (settings.http().enabled()) {
      Serving.require(settings.http());
    }
    try (DataSets data = openData()) {
      TrainingAssembly assembly = new TrainingAssembly(settings, data, ranks);
      data.unlabelled().ifPresent(err::println);
      if (settings.device().equals("auto")) {
        assembly.placement().unusedGpu().ifPresent(err::println);
      }
      Plans.fetchedByAll(settings, ranks.hosts()).ifPresent(err::println);
      assembly.requireMemory();
      if (request.anew() || !Files.exists(paths().checkpoints().resolve("latest"))) {
        assembly.checkInitialWeights();
      }
      try (RunDirectory directory =
          RunDirectory.open(
              settings.run().directory(), settings.run().lockTimeout(), err::println)) {
        Optional<Path> aside = request.anew() ? directory.setAside() : Optional.empty();
        aside.ifPresent(folder -> err.println("what was here is kept in " + folder));
        DataDigest digest = DataDigest.of(data.train(), settings.data().isRemote());
        Resumption resumption =
            Resumption.check(directory.paths(), settings, assembly.plan(), digest, request);
        resumption.lines().forEach(err::println);
        return run(directory, assembly, digest, resumption);
      }
    } catch (DataArrival.AwayException e) {
      return OutcomeLine.print(
          new TrainingOutcome.DataGone(newestStep(), true, e.getMessage()), err);
    }
  }

  private DataSets openData() {
    return ResumeCheck.knowsImages(paths(), settings.rendered())
        ? DataArrival.await(settings, err::println)
        : DataSets.open(settings);
  }

  private long newestStep() {
    return new CheckpointReader(paths().checkpoints()).newestStep().orElse(0);
  }

  private RunPaths paths() {
    return new RunPaths(settings.run().directory());
  }

  private int run(
      RunDirectory directory, TrainingAssembly assembly, DataDigest digest, Resumption resumption) {
    ProgressLine progress =
        new ProgressLine(log, isTerminal(settings), directory.paths().capsules());
    try (PrometheusMetrics metrics =
        new PrometheusMetrics(settings.run().name(), Version.text(), Pointer::physicalBytes)) {
      DeviceReadings.add(metrics, settings, assembly.placement(), ranks.size());
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
        TensorBoardSink board = new TensorBoardSink(directory.path(), watch);
        Workers workers = Workers.start(settings)) {
      CheckpointStore store =
          new CheckpointStore(directory.paths().checkpoints(), settings.checkpoint().retention());
      Observers observers =
          Observers.of(
              settings, directory, store, new Observers.Outlets(metrics, files, board, progress));
      Leader lead = new Leader(Meeting.of(settings, ranks, assembly.placement(), progress::line));
      Blueprint blueprint =
          assembly.blueprint(
              store,
              workers,
              EventSink.both(observers.sink(), audience),
              new TrainingAssembly.RunState(
                  step -> files.settleProbe(step, Probes.names(settings)),
                  new PauseFile(directory)),
              lead,
              outcome);
      ActorSystem<GuardianCommand> system =
          ActorSystem.create(
              TrainingGuardian.create(blueprint), "mocov3", ConfigFactory.load("akka"));
      Optional<Serving> serving = Optional.empty();
      try {
        serving =
            serve(
                system,
                new Serving.Readings(
                    metrics,
                    observers.watchdog()::live,
                    observers.status()::ready,
                    observers.status()::status,
                    () -> observers.history().history().snapshot(),
                    observers.feed()),
                new JsonLines(directory.paths().audit(), watch));
        serving.map(Serving::line).ifPresent(progress::line);
        directory.write(directory.paths().configFile(), settings.rendered());
        Provenance.write(
            directory, digest, resumption.isCheckpointed(), resumption.allChanges(), watch);
        system
            .getWhenTerminated()
            .thenRun(
                () ->
                    outcome.complete(new TrainingOutcome.Failed("the actors ended on their own")));
        system.tell(GuardianCommand.Start.INSTANCE);
        signal.training(() -> system.tell(GuardianCommand.Stop.INSTANCE));
        watch(directory, observers.watchdog(), system);
        int code = OutcomeLine.print(outcome.join(), err);
        lead.end(code);
        serving.ifPresent(Serving::close);
        if (!end(system, files)) {
          signal.hangs(code);
        }
        signal.ended(code);
        return code;
      } catch (RunException e) {
        serving.ifPresent(Serving::close);
        end(system, files);
        throw e;
      }
    }
  }

  private Optional<Serving> serve(
      ActorSystem<GuardianCommand> system, Serving.Readings readings, JsonLines audit) {
    return settings.http().enabled()
        ? Optional.of(Serving.start(system, settings.http(), readings, audit))
        : Optional.empty();
  }

  /** False when something hangs, so that what it uses must not be closed; the logs are. */
  private boolean end(ActorSystem<?> system, RunFiles files) {
    system.terminate();
    Duration patience = signal.isReceived() ? AFTER_A_SIGNAL : OTHERWISE;
    boolean ended =
        system
            .getWhenTerminated()
            .toCompletableFuture()
            .thenApply(done -> true)
            .completeOnTimeout(false, patience.toSeconds(), TimeUnit.SECONDS)
            .join();
    files.close();
    return ended;
  }

  private static void watch(
      RunDirectory directory, Watchdog watchdog, ActorSystem<GuardianCommand> system) {
    everySecond(system, () -> Serving.ping(system, Watchdog.SILENCE).thenRun(watchdog::answered));
    everySecond(
        system,
        () -> watchdog.stuck().ifPresent(reason -> system.tell(new GuardianCommand.Stuck(reason))));
    // training on in a directory that is gone would be lost to the last step
    everySecond(
        system,
        () ->
            directory.lost().ifPresent(reason -> system.tell(new GuardianCommand.GiveUp(reason))));
  }

  /** Each on its own: the storage may hang. */
  private static void everySecond(ActorSystem<?> system, Runnable task) {
    system
        .scheduler()
        .scheduleWithFixedDelay(
            WATCH_INTERVAL,
            WATCH_INTERVAL,
            task,
            system.dispatchers().lookup(DispatcherSelector.blocking()));
  }
}
