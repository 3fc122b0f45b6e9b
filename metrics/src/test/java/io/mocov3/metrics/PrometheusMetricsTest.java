package io.mocov3.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.metrics.TrainingMetrics.CheckpointPhase;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.metrics.TrainingMetrics.PipelineStage;
import io.mocov3.metrics.TrainingMetrics.Stage;
import io.mocov3.metrics.TrainingMetrics.Step;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrometheusMetricsTest {
  private final AtomicLong nativeBytes = new AtomicLong(1_000);
  private final PrometheusMetrics metrics =
      new PrometheusMetrics("night", "1.2.3", nativeBytes::get);

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void workIsAtRiskUntilACheckpointHoldsIt() {
    metrics.started();
    metrics.stepCompleted(step(1, 2));
    metrics.dataWaited(Duration.ofSeconds(1));
    metrics.checkpointPhase(CheckpointPhase.STAGE, Duration.ofMillis(5));
    metrics.stepCompleted(step(2, 4));
    assertThat(scrape()).contains("mocov3_work_at_risk_seconds 7.0");

    metrics.checkpointSucceeded(4096);
    assertThat(scrape()).contains("mocov3_work_at_risk_seconds 4.0");

    metrics.started();
    assertThat(scrape()).contains("mocov3_work_at_risk_seconds 0.0");
  }

  private static TrainingMetrics.Step step(long step, int seconds) {
    return new TrainingMetrics.Step(step, 0.1, 2, 3, 4, 0.5, Duration.ofSeconds(seconds));
  }

  @Test
  void aStepCountsItsImagesAndShowsItsNumbers() {
    metrics.stepCompleted(step(1, 5.5));
    metrics.stepCompleted(step(2, 5.25));

    assertThat(scrape())
        .contains("mocov3_train_steps_total 2.0")
        .contains("mocov3_train_images_total 512.0")
        .contains("mocov3_train_epoch 0.2")
        .contains("mocov3_train_loss 5.25")
        .contains("mocov3_learning_rate 0.001")
        .contains("mocov3_momentum_coefficient 0.99")
        .contains("mocov3_train_step_seconds_bucket{le=\"0.1\"} 0")
        .contains("mocov3_train_step_seconds_bucket{le=\"0.2\"} 2")
        .contains("mocov3_train_step_seconds_bucket{le=\"+Inf\"} 2")
        .contains("mocov3_train_step_seconds_count 2");
  }

  @Test
  void aLossIsAbsentUntilThereIsOneAndVisibleWhenItIsNotANumber() {
    assertThat(scrape()).doesNotContain("mocov3_train_loss");

    metrics.stepCompleted(step(1, Double.NaN));

    assertThat(scrape()).contains("mocov3_train_loss NaN");
  }

  @Test
  void timesAreKeptForEachStageAndPhase() {
    metrics.stage(Stage.QUERY_FORWARD, Duration.ofMillis(250));
    metrics.pipelineStage(PipelineStage.DECODE, Duration.ofMillis(2));
    metrics.checkpointPhase(CheckpointPhase.WRITE, Duration.ofSeconds(3));
    metrics.evaluationCompleted("knn", Duration.ofSeconds(4));
    metrics.dataWaited(Duration.ofMillis(500));

    assertThat(scrape())
        .contains("mocov3_train_stage_seconds_sum{stage=\"query_forward\"} 0.25")
        .contains("mocov3_train_stage_seconds_count{stage=\"optimizer\"} 0")
        .contains("mocov3_pipeline_stage_seconds_sum{stage=\"decode\"} 0.002")
        .contains("mocov3_checkpoint_seconds_sum{phase=\"write\"} 3.0")
        .contains("mocov3_evaluation_seconds_sum{probe=\"knn\"} 4.0")
        .contains("mocov3_data_wait_seconds_total 0.5");
  }

  @Test
  void goodputCountsEachStepOfTheRunOnce() {
    metrics.stepCompleted(step(5));
    metrics.stepCompleted(step(3));
    double once = value("mocov3_goodput_ratio");
    metrics.stepCompleted(step(6));

    assertThat(once).isEqualTo(1);
    assertThat(scrape()).contains("mocov3_train_steps_total 3.0");
  }

  @Test
  void aSpikeIsCountedForItsLayerWhoseCounterIsThereBefore() {
    metrics.gradient("block_00", 1, 1);
    assertThat(scrape()).contains("mocov3_gradient_spikes_total{layer=\"block_00\"} 0.0");

    metrics.gradientSpike("block_00", 17);

    assertThat(scrape())
        .contains("mocov3_gradient_spikes_total{layer=\"block_00\"} 1.0")
        .contains("mocov3_gradient_spike_onset_step{layer=\"block_00\"} 17.0")
        .contains("mocov3_rollbacks_total{reason=\"dip\"} 0.0");
  }

  @Test
  void theNewestValueOfAGaugeCounts() {
    metrics.gradient("block_00", 1, 0.1);
    metrics.gradient("block_00", 2, 0.2);
    metrics.gradient("all", 3, 0.2);
    metrics.keyStaleness(0);
    metrics.pipelineQueueDepth(PipelineStage.BATCH, 2);
    metrics.knnAccuracy(new KnnAccuracy("knn", 20, 0.07, "train", 0.5));
    metrics.knnAccuracy(new KnnAccuracy("knn", 20, 0.07, "train", 0.75));

    assertThat(scrape())
        .contains("mocov3_gradient_norm{layer=\"block_00\"} 2.0")
        .contains("mocov3_gradient_norm{layer=\"all\"} 3.0")
        .contains("mocov3_key_staleness_steps 0.0")
        .contains("mocov3_pipeline_queue_depth{stage=\"batch\"} 2.0")
        .containsPattern(
            "mocov3_knn_accuracy_ratio\\{k=\"20\",probe=\"knn\",source=\"train\","
                + "temperature=\"0.07\"\\} 0.75");
  }

  @Test
  void whatGoesWrongIsCounted() {
    assertThat(scrape()).contains("mocov3_checkpoint_failures_total 0.0");

    metrics.imageUndecodable("truncated");
    metrics.imageUndecodable("truncated");
    metrics.checkpointFailed();
    metrics.actorFailed("trainer");
    metrics.checkpointPruneFailed();
    metrics.logLinesWaiting("metrics.jsonl", 3);
    metrics.logWriteFailed("metrics.jsonl");
    metrics.logLinesDropped("metrics.jsonl", 2);
    metrics.dataAvailable(false);

    assertThat(scrape())
        .contains("mocov3_checkpoint_prune_failures_total 1.0")
        .contains("mocov3_log_lines_waiting{file=\"metrics.jsonl\"} 3.0")
        .contains("mocov3_log_write_failures_total{file=\"metrics.jsonl\"} 1.0")
        .contains("mocov3_log_lines_dropped_total{file=\"metrics.jsonl\"} 2.0")
        .contains("mocov3_data_available 0.0")
        .contains("mocov3_images_undecodable_total{reason=\"truncated\"} 2.0")
        .contains("mocov3_checkpoint_failures_total 1.0")
        .contains("mocov3_actor_failures_total{actor=\"trainer\"} 1.0");
  }

  @Test
  void aCheckpointShowsItsSizeAndTime() {
    double before = System.currentTimeMillis() / 1e3;

    metrics.checkpointSucceeded(4096);

    assertThat(scrape()).contains("mocov3_checkpoint_bytes 4096.0");
    assertThat(Samples.value(scrape(), "mocov3_checkpoint_last_success_timestamp_seconds"))
        .isBetween(before, before + 60);
  }

  @Test
  void theUseOfTheDeviceIsThatOfItsPeakInTheNewestStep() {
    metrics.arithmetic(73.4e9, 989e12);
    metrics.stepCompleted(new TrainingMetrics.Step(1, 0.1, 256, 3, 4, 0.5, Duration.ofMillis(100)));

    assertThat(scrape()).containsPattern("mocov3_mfu_ratio 0\\.18999");
  }

  @Test
  void theMemoryOfTheDeviceHasItsKinds() {
    metrics.deviceMemory(Map.of("allocated", () -> 5L, "peak", () -> 7L));

    assertThat(scrape())
        .contains("mocov3_device_memory_bytes{kind=\"allocated\"} 5.0")
        .contains("mocov3_device_memory_bytes{kind=\"peak\"} 7.0")
        .doesNotContain("mocov3_mfu_ratio");
  }

  @Test
  void nativeMemoryIsAskedAtEveryScrapeAlsoAfterACollection() {
    System.gc();
    assertThat(scrape()).contains("mocov3_native_memory_bytes 1000.0");

    nativeBytes.set(2_000);

    assertThat(scrape()).contains("mocov3_native_memory_bytes 2000.0");
  }

  @Test
  void theProcessIsDescribed() {
    assertThat(scrape())
        .contains("mocov3_build_info{version=\"1.2.3\"} 1")
        .contains("mocov3_run_info{run=\"night\"} 1")
        .contains("jvm_memory_used_bytes")
        .contains("jvm_threads_live_threads")
        .contains("process_cpu_usage")
        .contains("process_files_open_files")
        .contains("process_start_time_seconds");
  }

  @Test
  void theFormatIsTheOneAskedFor() {
    Exposition.Scrape text = metrics.exposition().scrape("*/*");
    Exposition.Scrape open =
        metrics
            .exposition()
            .scrape("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2");

    assertThat(text.contentType()).startsWith("text/plain; version=0.0.4");
    assertThat(text.body()).contains("# TYPE mocov3_train_steps_total counter");
    assertThat(open.contentType()).startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(open.body()).contains("# TYPE mocov3_train_steps counter").endsWith("# EOF\n");
  }

  private static Step step(long step, double loss) {
    return new Step(step, step / 10.0, 256, loss, 1e-3, 0.99, Duration.ofMillis(150));
  }

  private static TrainingMetrics.Step step(long number) {
    return new TrainingMetrics.Step(number, 0, 1, 1, 1, 1, Duration.ofHours(1));
  }

  private double value(String name) {
    return scrape()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  private String scrape() {
    return metrics.exposition().scrape("").body();
  }
}
