package io.mocov3.app.train;

import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.Capsule;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.actors.session.SequentialTraining;
import io.mocov3.actors.session.TrainingSession;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.daemon.TrainingAssembly;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.plan.Workers;
import io.mocov3.app.run.CapsuleFile;
import io.mocov3.app.run.RunPaths;
import io.mocov3.app.settings.RunRecord;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.ModelException;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointReader;
import io.mocov3.model.device.Precision;
import io.mocov3.model.device.Threads;
import io.mocov3.model.step.GradientNorms;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mocov3 replay CAPSULE}: whether what the flight recorder saw happens again. */
@Command(
    name = "replay",
    description = {
      "Computes the steps of a capsule again from the nearest checkpoint before them and compares.",
      "Exit code 0: the numbers recur, so the cause lies in data or optimisation.",
      "Exit code 1: they do not, so the cause lies in the hardware or in an operation that is not"
          + " deterministic."
    },
    mixinStandardHelpOptions = true)
public final class ReplayCommand implements Callable<Integer> {

  /** Kernels on a GPU may add in another order; a spike or a flipped bit is far beyond this. */
  private static final double TOLERANCE = 1e-3;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "CAPSULE", description = "A file in the capsules folder of a run.")
  private Path capsuleFile;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "The run; by default the one whose capsules folder the file lies in.")
  private Path run;

  /** What the flight recorder would have seen this time. */
  private static final class Recorder implements EventSink {
    private final Map<Long, Double> losses = new HashMap<>();
    private final Map<Long, GradientNorms> gradients = new HashMap<>();

    @Override
    public void on(TrainingEvent event) {
      if (event instanceof Progress.StepCompleted step) {
        losses.put(step.step(), step.loss());
      } else if (event instanceof Progress.GradientsMeasured measured) {
        gradients.put(measured.step(), measured.norms());
      }
    }
  }

  @Override
  public Integer call() {
    Capsule capsule = CapsuleFile.read(capsuleFile);
    RunPaths paths = new RunPaths(run == null ? runOf(capsuleFile) : run);
    if (!Files.exists(paths.configFile())) {
      throw new SettingsException(
          paths.path() + " is not the directory of a run (no config.conf); name it with --run");
    }
    Settings settings = Settings.ofRun(paths.path(), RunRecord.WRITE_AGAIN, List.of());
    Threads.configure(settings.threads());
    Optional<Checkpoint> from = nearest(paths, capsule);
    say(Escaped.text(capsule.line()));
    say(
        "computing again from "
            + from.map(checkpoint -> checkpoint.path().toString()).orElse("the first step")
            + " to step "
            + capsule.step());
    Recorder again = new Recorder();
    try (DataSets data = DataSets.open(settings.data());
        Workers workers = Workers.start(settings)) {
      TrainingAssembly assembly = new TrainingAssembly(settings, data);
      Precision.reproducible(assembly.placement());
      ViewPipeline pipeline = assembly.pipeline(workers, again);
      try (TrainingSession session = assembly.session(from, pipeline, again)) {
        SequentialTraining.run(session, pipeline, capsule.step());
      }
    }
    return compare(capsule, again, from.map(Checkpoint::step).orElse(0L));
  }

  private static Path runOf(Path capsule) {
    Path folder = capsule.toAbsolutePath().normalize().getParent();
    return folder.getParent() == null ? folder : folder.getParent();
  }

  /** The newest valid one from before the incident whose data is in step with the capsule's. */
  private static Optional<Checkpoint> nearest(RunPaths paths, Capsule capsule) {
    Capsule.Entry last = capsule.entries().getLast();
    long offset = last.position() - (last.step() - 1);
    List<Checkpoint> before =
        new CheckpointReader(paths.checkpoints())
            .list().stream()
                .filter(checkpoint -> checkpoint.step() < last.step())
                .filter(ReplayCommand::isValid)
                .filter(c -> Adjustments.from(c.trainer()).dataOffset() == offset)
                .toList();
    if (before.isEmpty() && offset != 0) {
      throw new SettingsException(
          "no checkpoint from before step %d with a data offset of %d is left in %s"
              .formatted(last.step(), offset, paths.checkpoints()));
    }
    return before.isEmpty() ? Optional.empty() : Optional.of(before.getLast());
  }

  private static boolean isValid(Checkpoint checkpoint) {
    try {
      checkpoint.verify();
      return true;
    } catch (ModelException e) {
      return false;
    }
  }

  private int compare(Capsule capsule, Recorder again, long from) {
    int compared = 0;
    double worst = 0;
    long worstStep = 0;
    boolean sameBits = true;
    for (Capsule.Entry entry : capsule.entries()) {
      if (entry.step() <= from) {
        continue;
      }
      Double loss = again.losses.get(entry.step());
      GradientNorms norms = again.gradients.get(entry.step());
      if (loss == null || norms == null) {
        worst = Double.POSITIVE_INFINITY;
        worstStep = entry.step();
        break;
      }
      compared++;
      sameBits &= loss.equals(entry.loss()) && norms.equals(entry.gradients());
      double deviation =
          Math.max(deviation(entry.loss(), loss), deviation(entry.gradients(), norms));
      if (deviation > worst) {
        worst = deviation;
        worstStep = entry.step();
      }
    }
    if (worst > TOLERANCE) {
      say(
          String.format(
              Locale.ROOT,
              "does NOT recur: step %d differs by %.3g of its value; suspect the hardware, or an"
                  + " operation that is not deterministic",
              worstStep,
              worst));
      return ExitCode.CHECK_FAILED;
    }
    say(
        sameBits
            ? "recurs: %d steps with the same bits; the cause lies in data or optimisation"
                .formatted(compared)
            : String.format(
                Locale.ROOT,
                "recurs: %d steps within %.1e; the cause lies in data or optimisation",
                compared,
                worst));
    return ExitCode.DONE;
  }

  private static double deviation(GradientNorms before, GradientNorms now) {
    double worst = 0;
    for (int i = 0; i < before.l2().size(); i++) {
      worst = Math.max(worst, deviation(before.l2().get(i), now.l2().get(i)));
    }
    return worst;
  }

  /** Relative; two numbers that are not finite are alike. */
  private static double deviation(double before, double now) {
    if (!Double.isFinite(before) || !Double.isFinite(now)) {
      return Double.isFinite(before) == Double.isFinite(now) ? 0 : Double.POSITIVE_INFINITY;
    }
    return Math.abs(before - now) / Math.max(1e-12, Math.abs(before));
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
