package io.mocov3.app.plan;

import io.mocov3.actors.Patience;
import io.mocov3.actors.session.TrainingPlan;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.batch.SampleOrder;
import io.mocov3.model.device.Placement;
import io.mocov3.model.distributed.Ranks;
import io.mocov3.model.evaluation.ProbeInterval;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** From settings and the size of the data set to the plan of a training. */
public final class Plans {
  private Plans() {}

  /** With the interval of the live probe, which the batch size decides unless it is given. */
  public static StabilityPlan stability(Settings settings, DataSets data) {
    Settings.Live live = settings.live();
    int sets = (data.test().isPresent() ? 1 : 0) + data.probes().size();
    return settings.stability().probingEvery(live.enabled() ? probeEverySteps(settings, sets) : 0);
  }

  /** Whether the test images are classified now and then. */
  public static boolean probesFully(Settings settings) {
    return settings.knn().everySteps() > 0 || settings.knn().everyEpochs() > 0;
  }

  /** A probe's forward takes no more memory than a step's. */
  public static int probeBatchSize(Settings settings) {
    return Math.min(settings.knn().batchSize(), settings.data().batchSize());
  }

  /** Steps between two live probes of {@code sets} probe sets. */
  public static long probeEverySteps(Settings settings, int sets) {
    Settings.Live live = settings.live();
    return live.everySteps() > 0
        ? live.everySteps()
        : ProbeInterval.steps(
            (long) Math.max(1, sets) * live.images(), settings.data().batchSize());
  }

  /** A stop leaves some of its time to end in. */
  public static Patience patience(Settings settings) {
    return new Patience(
        settings.checkpoint().retryFor(),
        settings.run().stopGrace().multipliedBy(3).dividedBy(4),
        settings.data().retryFor());
  }

  /**
   * Where this rank computes: of several on a host each on the GPU of its number.
   *
   * @throws SettingsException when they were to share one GPU
   */
  public static Placement placement(String device, Ranks ranks) {
    Placement asked = Placement.of(device, ScalarType.Float);
    if (ranks.localSize() == 1 || !asked.isCuda()) {
      return asked;
    }
    if (device.contains(":")) {
      throw new SettingsException(
          "device is %s, but %d ranks are on this host; use device=cuda, and each takes its own"
              .formatted(device, ranks.localSize()));
    }
    return Placement.of("cuda:" + ranks.localRank(), ScalarType.Float);
  }

  /** What this rank takes of each step. */
  public static SampleOrder order(Settings settings, DataSets data, Ranks ranks) {
    requireDivisible(settings, ranks.size());
    return new SampleOrder(
        settings.run().seed(),
        data.train().order(),
        settings.data().batchSize() / ranks.size(),
        ranks.rank(),
        ranks.size(),
        settings.data().lanes());
  }

  /**
   * Every rank takes a part of one size.
   *
   * @throws SettingsException naming the numbers
   */
  public static void requireDivisible(Settings settings, int ranks) {
    int batchSize = settings.data().batchSize();
    if (batchSize % ranks != 0 || batchSize / ranks < 2) {
      throw new SettingsException(
          "data.batch-size is %d; with %d ranks it must be a multiple of that, and at least %d"
              .formatted(batchSize, ranks, 2 * ranks));
    }
  }

  /** What to do where each of several hosts would fetch all of a streamed set; empty elsewhere. */
  public static Optional<String> fetchedByAll(Settings settings, int hosts) {
    int lanes = settings.data().lanes();
    boolean split = lanes % hosts == 0;
    return split || !settings.data().isRemote()
        ? Optional.empty()
        : Optional.of(
            "data.lanes is %d: each of %d hosts fetches every shard; with a multiple of %d each would fetch its part alone (in a new run)"
                .formatted(lanes, hosts, hosts));
  }

  public static TrainingPlan plan(Settings settings, SampleOrder order) {
    Settings.Run run = settings.run();
    long perEpoch = order.stepsPerEpoch();
    long steps = run.steps() > 0 ? run.steps() : Math.max(1, Math.round(run.epochs() * perEpoch));
    double epochs = (double) steps / perEpoch;
    Settings.Knn knn = settings.knn();
    long probeEvery =
        knn.everySteps() > 0
            ? knn.everySteps()
            : knn.everyEpochs() > 0 ? Math.max(1, Math.round(knn.everyEpochs() * perEpoch)) : 0;
    return new TrainingPlan(
        new TrainingPlan.Length(steps, perEpoch, settings.data().batchSize()),
        new TrainingPlan.Schedules(settings.learningRate(epochs), settings.momentum(epochs)),
        new TrainingPlan.Intervals(
            settings.checkpoint().everySteps(),
            probeEvery,
            settings.checkpoint().retention().best() > 0,
            settings.checkpoint().every()),
        run.logSamples());
  }
}
