package io.mocov3.app.train;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.daemon.TrainingAssembly;
import io.mocov3.app.daemon.TrainingDaemon;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.app.output.RunException;
import io.mocov3.app.run.RunPaths;
import io.mocov3.app.settings.RunRecord;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.checkpoint.CheckpointReader;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.TensorStaging;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mocov3 fork RUN --at STEP --set ...}: what would have happened with one change. */
@Command(
    name = "fork",
    description = {
      "Continues from a checkpoint of a run, in a directory of its own, with the same data order"
          + " and what --set changes.",
      "Then compare: mocov3 report RUN FORK."
    },
    mixinStandardHelpOptions = true)
public final class ForkCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "The directory of the run.")
  private Path run;

  @Option(
      names = "--at",
      paramLabel = "STEP",
      required = true,
      description = "The step of the checkpoint to continue from.")
  private long at;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      required = true,
      description = "What is different; may be given many times.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "Where the fork keeps its files; RUN-fork-STEP by default.")
  private Path directory;

  @Override
  public Integer call() {
    RunPaths parent = new RunPaths(run);
    Path target =
        directory == null ? run.resolveSibling(run.getFileName() + "-fork-" + at) : directory;
    if (Files.exists(target)) {
      throw new SettingsException(
          target
              + " is there already; train it on with its config.conf, or set another --directory");
    }
    List<String> all = new ArrayList<>();
    all.add(Settings.assignment("run.directory", target));
    all.add(Settings.assignment("run.name", target.getFileName()));
    all.addAll(overrides);
    Settings settings = Settings.ofRun(run, RunRecord.WRITE_AGAIN, all);
    Checkpoint checkpoint = checkpoint(parent);
    prepare(settings, checkpoint, parent, new RunPaths(target));
    return new TrainingDaemon(settings, System.err).run();
  }

  private Checkpoint checkpoint(RunPaths parent) {
    List<Checkpoint> all = new CheckpointReader(parent.checkpoints()).list();
    Checkpoint chosen =
        all.stream()
            .filter(checkpoint -> checkpoint.step() == at)
            .findFirst()
            .orElseThrow(
                () ->
                    new SettingsException(
                        "--at %d: %s has no checkpoint of that step, but of %s"
                            .formatted(
                                at,
                                parent.path(),
                                all.isEmpty()
                                    ? "none"
                                    : all.stream()
                                        .map(checkpoint -> Long.toString(checkpoint.step()))
                                        .collect(Collectors.joining(", ")))));
    chosen.verify();
    return chosen;
  }

  /** The checkpoint as the changed model needs it, and the lines of the parent up to its step. */
  private void prepare(Settings settings, Checkpoint checkpoint, RunPaths parent, RunPaths target) {
    try (DataSets data = DataSets.open(settings);
        TrainingStep model = new TrainingAssembly(settings, data).model();
        SafetensorsFile tensors = checkpoint.model();
        SafetensorsFile moments = checkpoint.optimizer();
        TensorStaging fresh = new TensorStaging(model.optimizer().state());
        TensorStaging.Copy copy = fresh.stage(model.optimizer().state())) {
      SequencedMap<String, TensorData> state = copy.tensors();
      moments.names().stream()
          .filter(state::containsKey)
          .forEach(name -> state.put(name, moments.get(name)));
      SequencedMap<String, TensorData> weights = new LinkedHashMap<>();
      tensors.names().forEach(name -> weights.put(name, tensors.get(name)));
      Optional<SafetensorsFile> more = checkpoint.state();
      SequencedMap<String, TensorData> sections = new LinkedHashMap<>();
      more.ifPresent(file -> sections.putAll(file.all()));
      new CheckpointStore(target.checkpoints(), settings.checkpoint().retention())
          .write(at, new CheckpointData(weights, state, sections, checkpoint.trainer(), true));
      more.ifPresent(SafetensorsFile::close);
    }
    try {
      for (Path file :
          List.of(parent.metrics(), parent.gradients(), parent.samples(), parent.events())) {
        if (Files.exists(file)) {
          Files.copy(file, target.path().resolve(file.getFileName()));
        }
      }
      Files.writeString(
          target.fork(),
          JsonOutput.text(
              Map.of(
                  "parent",
                  run.toAbsolutePath().normalize().toString(),
                  "at",
                  at,
                  "set",
                  overrides)));
    } catch (IOException e) {
      throw new RunException(target.path() + " cannot be written: " + e.getMessage(), e);
    }
  }
}
