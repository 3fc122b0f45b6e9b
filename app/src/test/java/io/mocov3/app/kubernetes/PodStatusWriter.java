package io.mocov3.app.kubernetes;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** What a node tells the API server of one pod. */
final class PodStatusWriter {
  private static final String NODE = "stand-in";
  private static final String UNREACHABLE = "198.51.100.1";
  private static final String ADDRESS = address();

  private final KubernetesClient client;
  private final Pod pod;
  private final String begin = now();

  PodStatusWriter(KubernetesClient client, Pod pod) {
    this.client = client;
    this.pod = pod;
  }

  /** Whether what is written as the address of a pod is one. */
  static boolean podsHaveAnAddress() {
    return !ADDRESS.equals(UNREACHABLE);
  }

  static Node node() {
    return new NodeBuilder().withNewMetadata().withName(NODE).endMetadata().build();
  }

  /** As a scheduler does: a pod without a node would be gone at once when it is deleted. */
  Pod bind() {
    client
        .bindings()
        .inNamespace(pod.getMetadata().getNamespace())
        .resource(
            new BindingBuilder()
                .withNewMetadata()
                .withName(pod.getMetadata().getName())
                .withNamespace(pod.getMetadata().getNamespace())
                .endMetadata()
                .withNewTarget()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(NODE)
                .endTarget()
                .build())
        .create();
    return read();
  }

  Pod read() {
    return resource().require();
  }

  void running(boolean started, boolean ready) {
    ContainerState state =
        new ContainerStateBuilder().withNewRunning().withStartedAt(begin).endRunning().build();
    write("Running", state, started, ready);
  }

  void ended(int exitCode) {
    ended(exitCode, now());
  }

  /** {@code finished} is the moment of the end, as the API writes times. */
  void ended(int exitCode, String finished) {
    ContainerState state =
        new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(exitCode)
            .withReason(exitCode == 0 ? "Completed" : "Error")
            .withStartedAt(begin)
            .withFinishedAt(finished)
            .endTerminated()
            .build();
    write(exitCode == 0 ? "Succeeded" : "Failed", state, false, false);
  }

  /** As the control plane does with a node that it has not heard of for too long. */
  void nodeLost() {
    resource()
        .editStatus(
            current ->
                new PodBuilder(current)
                    .editStatus()
                    .withPhase("Failed")
                    .withConditions(
                        with(current, condition("DisruptionTarget", true, "DeletionByPodGC")))
                    .endStatus()
                    .build());
    resource().withGracePeriod(0).delete();
  }

  void removeIfDeleted() {
    if (read().getMetadata().getDeletionTimestamp() != null) {
      resource().withGracePeriod(0).delete();
    }
  }

  private void write(String phase, ContainerState state, boolean started, boolean ready) {
    String image = ContainerRuntime.only(pod).getImage();
    resource()
        .editStatus(
            current ->
                new PodBuilder(current)
                    .editStatus()
                    .withPhase(phase)
                    .withStartTime(begin)
                    .withPodIP(ADDRESS)
                    .withPodIPs(List.of(new PodIP(ADDRESS)))
                    .withConditions(
                        with(
                            current,
                            condition("Ready", ready, ready ? null : "ContainersNotReady")))
                    .withContainerStatuses(List.of())
                    .addNewContainerStatus()
                    .withName(ContainerRuntime.only(pod).getName())
                    .withImage(image)
                    .withImageID(image)
                    .withRestartCount(0)
                    .withStarted(started)
                    .withReady(ready)
                    .withState(state)
                    .endContainerStatus()
                    .endStatus()
                    .build());
  }

  private static PodCondition condition(String type, boolean value, String reason) {
    return new PodConditionBuilder()
        .withType(type)
        .withStatus(value ? "True" : "False")
        .withReason(reason)
        .withLastTransitionTime(now())
        .build();
  }

  private static List<PodCondition> with(Pod current, PodCondition condition) {
    List<PodCondition> conditions = new ArrayList<>(current.getStatus().getConditions());
    conditions.removeIf(other -> other.getType().equals(condition.getType()));
    conditions.add(condition);
    return conditions;
  }

  private PodResource resource() {
    return client
        .pods()
        .inNamespace(pod.getMetadata().getNamespace())
        .withName(pod.getMetadata().getName());
  }

  /** Of this machine: an endpoint may not be a loopback address. */
  private static String address() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(Inet4Address.class::isInstance)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .map(InetAddress::getHostAddress)
          .findFirst()
          .orElse(UNREACHABLE);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
