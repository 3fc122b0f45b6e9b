package io.mocov3.app.daemon;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.MetricsSink;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.ranks.Follower;
import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.log.RunLog;
import io.mocov3.app.observe.DeviceReadings;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.Version;
import io.mocov3.app.plan.Plans;
import io.mocov3.app.plan.Workers;
import io.mocov3.app.run.RunPaths;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.metrics.PrometheusMetrics;
import io.mocov3.model.device.Threads;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.distributed.GroupException;
import io.mocov3.model.distributed.Ranks;
import java.io.PrintStream;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;

/**
 * A rank that is not the first: reads its part of the images, computes its part of each step, and
 * leaves all else to rank 0. Writes nothing but lines.
 */
public final class FollowerDaemon {
  private final Settings settings;
  private final Ranks ranks;
  private final RunLog log;
  private final PrintStream err;

  public FollowerDaemon(Settings settings, Ranks ranks, PrintStream err) {
    this.settings = settings;
    this.ranks = ranks;
    // a file of the log is rank 0's
    Settings.Log lines = new Settings.Log(settings.log().format(), Optional.empty());
    log = new RunLog(lines, settings.run().name(), err, false);
    this.err = log.stream();
  }

  /** Runs to the end and returns the exit code; mistakes of the user's are thrown. */
  public int run() {
    RunPaths paths = new RunPaths(settings.run().directory());
    try (RunLog opened = log;
        StopSignal signal =
            new StopSignal(
                paths.checkpoints().resolve("latest"), settings.run().stopGrace(), true)) {
      Threads.configure(ranks.threads(settings.threads()));
      // rank 0 has opened the images by then: those that are made on first use, and indexes, exist
      Group group =
          Meeting.of(settings, ranks, Plans.placement(settings.device(), ranks), err::println);
      try (DataSets data = DataSets.open(settings.data());
          PrometheusMetrics metrics =
              new PrometheusMetrics(
                  settings.run().name(), Version.text(), Pointer::physicalBytes)) {
        TrainingAssembly assembly = new TrainingAssembly(settings, data, ranks);
        assembly.requireMemory();
        DeviceReadings.add(metrics, settings, assembly.placement(), ranks.size());
        int code = follow(assembly, group, metrics, signal);
        signal.ended(code);
        // libraries have threads of their own that wait for ranks which are gone
        signal.hangs(code);
        return code;
      }
    }
  }

  private int follow(
      TrainingAssembly assembly, Group group, PrometheusMetrics metrics, StopSignal signal) {
    ActorSystem<Void> system =
        ActorSystem.create(Behaviors.empty(), "mocov3", ConfigFactory.load("akka"));
    EventSink sink = EventSink.both(new MetricsSink(metrics), told());
    Optional<FollowerServer> server =
        settings.http().enabled() && ranks.localRank() == 0
            ? Optional.of(new FollowerServer(settings, metrics))
            : Optional.empty();
    try (Workers workers = Workers.start(settings);
        Follower follower = assembly.follower(group, workers, sink, system)) {
      server.ifPresent(serving -> serving.follows(follower));
      signal.training(follower::requestStop);
      return follower.run();
    } catch (GroupException e) {
      err.println(
          "interrupted: %s; the same command goes on from the newest checkpoint"
              .formatted(e.getMessage()));
      return ExitCode.INTERRUPTED;
    } catch (SourceUnavailableException e) {
      err.println(
          "interrupted: %s; the same command goes on when the images are back"
              .formatted(e.getMessage()));
      return ExitCode.INTERRUPTED;
    } catch (BatchFailedException e) {
      err.println("mocov3: " + e.getMessage());
      return ExitCode.FAILED;
    } finally {
      server.ifPresent(FollowerServer::close);
    }
  }

  private EventSink told() {
    return event -> {
      if (event instanceof SideWork.SampleUndecodable undecodable) {
        err.println("undecodable: " + undecodable.sample().id());
      }
    };
  }
}
