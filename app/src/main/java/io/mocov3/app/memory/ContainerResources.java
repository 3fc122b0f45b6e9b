package io.mocov3.app.memory;

/**
 * What a training asks of Kubernetes, as a kustomize patch of our Job.
 *
 * @param needed bytes of memory at the peak, as forecast
 * @param cpus cores that its threads keep busy
 * @param gpu whether it trains on a GPU
 */
public record ContainerResources(long needed, int cpus, boolean gpu) {
  /** A limit is set in multiples of this. */
  private static final long UNIT = 256L << 20;

  /** Above the forecast: files that are being written count, as does the program's own start. */
  private static final double SHARE_ABOVE = 0.1;

  private static final long BYTES_ABOVE = 256L << 20;

  /** Bytes of memory: requested, and not to be exceeded. */
  long memory() {
    long wanted = needed + (long) (SHARE_ABOVE * needed) + BYTES_ABOVE;
    return (wanted + UNIT - 1) / UNIT * UNIT;
  }

  /** YAML; requests equal limits, so that the pod is the last one to be evicted for memory. */
  public String patch() {
    String amounts =
        """
                      cpu: "%d"
                      memory: %dMi
        %s"""
            .formatted(cpus, memory() >> 20, gpu ? "              nvidia.com/gpu: \"1\"\n" : "");
    return """
    # %s of memory at the peak, by the forecast of mocov3 doctor
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
    %s            limits:
    %s"""
        .formatted(MemoryForecast.gigabytes(needed), amounts, amounts);
  }
}
