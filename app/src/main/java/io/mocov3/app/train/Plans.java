package io.mocov3.app.train;

import io.mocov3.actors.TrainingPlan;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.SampleOrder;

/** From settings and the size of the data set to the plan of a training. */
final class Plans {
  private Plans() {}

  static SampleOrder order(Settings settings, DataSets data) {
    return new SampleOrder(
        settings.run().seed(), data.train().order(), settings.data().batchSize(), 0, 1);
  }

  static TrainingPlan plan(Settings settings, SampleOrder order) {
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
        steps,
        perEpoch,
        settings.data().batchSize(),
        settings.learningRate(epochs),
        settings.momentum(epochs),
        settings.checkpoint().everySteps(),
        probeEvery,
        run.logSamples(),
        settings.memorySaver());
  }
}
