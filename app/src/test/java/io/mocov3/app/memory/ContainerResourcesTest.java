package io.mocov3.app.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerResourcesTest {

  @Test
  void areAPatchOfTheJob() {
    assertThat(new ContainerResources(5_500_000_000L, 4, false).patch())
        .isEqualTo(
            """
            # 5.50 GB of memory at the peak, by the forecast of mocov3 doctor
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: mocov3
              namespace: mocov3
            spec:
              template:
                spec:
                  containers:
                    - name: mocov3
                      resources:
                        requests:
                          cpu: "4"
                          memory: 6144Mi
                        limits:
                          cpu: "4"
                          memory: 6144Mi
            """);
  }

  @Test
  void nameAGpuWhereOneTrains() {
    assertThat(new ContainerResources(5_500_000_000L, 16, true).patch())
        .contains("requests:\n              cpu: \"16\"\n")
        .contains("memory: 6144Mi\n              nvidia.com/gpu: \"1\"\n            limits:");
  }

  /** In MiB: a tenth and 256 above the forecast, in steps of 256. */
  @ParameterizedTest
  @CsvSource({"0, 256", "1, 512", "500, 1024", "1000, 1536", "10000, 11264"})
  void leaveRoomAboveTheForecast(long needed, long limit) {
    assertThat(new ContainerResources(needed << 20, 1, false).memory()).isEqualTo(limit << 20);
  }
}
