package io.mocov3.model.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.model.optim.LearningRateSchedule;
import io.mocov3.model.optim.MomentumSchedule;

/** Kind {@code schedule}: learning rate and momentum at fractional epochs. */
final class ScheduleFixture {
  private ScheduleFixture() {}

  static Deviations run(Fixture fixture) {
    Deviations deviations = new Deviations(fixture.field("tolerance"));
    for (JsonNode item : fixture.field("cases")) {
      double epochs = item.path("epochs").asDouble();
      LearningRateSchedule learningRate =
          new LearningRateSchedule(
              item.path("base_learning_rate").asDouble(),
              item.path("batch").asInt(),
              item.path("warmup_epochs").asDouble(),
              epochs);
      MomentumSchedule momentum =
          new MomentumSchedule(item.path("momentum").asDouble(), true, epochs);
      for (JsonNode point : item.path("points")) {
        double epoch = point.path("epoch").asDouble();
        compare(deviations, "learning_rate", epoch, learningRate.at(epoch), point);
        compare(deviations, "momentum", epoch, momentum.at(epoch), point);
      }
    }
    return deviations;
  }

  private static void compare(
      Deviations deviations, String quantity, double epoch, double ours, JsonNode point) {
    double[] expected = {point.path(quantity).asDouble()};
    deviations.add(quantity, "epoch " + epoch, new double[] {ours}, expected);
  }
}
