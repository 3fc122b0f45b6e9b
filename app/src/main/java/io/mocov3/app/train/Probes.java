package io.mocov3.app.train;

import io.mocov3.actors.KnnProbe;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.settings.Settings;
import java.util.Optional;

/** The kNN probe of an experiment. */
public final class Probes {
  private Probes() {}

  /** Empty when there are no test images. */
  public static Optional<KnnProbe> knn(Settings settings, DataSets data) {
    Settings.Knn knn = settings.knn();
    return data.test()
        .map(
            test ->
                new KnnProbe(
                    data.train(),
                    test,
                    knn.trainImages(),
                    knn.testImages(),
                    knn.resize(),
                    settings.model().backbone().imageSize(),
                    knn.batchSize(),
                    knn.settings()));
  }
}
