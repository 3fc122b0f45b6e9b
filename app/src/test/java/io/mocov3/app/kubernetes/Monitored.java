package io.mocov3.app.kubernetes;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Optional;

/**
 * What the ServiceMonitor of a namespace selects, found as the Prometheus operator does: by its
 * labels the Service, by that the slices of its endpoints, in them the port of that name.
 *
 * @param endpoint address and port
 * @param path of the metrics
 */
record Monitored(String endpoint, String path) {

  /** Waits until the control plane has an endpoint. */
  static Monitored of(KubernetesClient client, String namespace) {
    GenericKubernetesResource monitor =
        client
            .genericKubernetesResources("monitoring.coreos.com/v1", "ServiceMonitor")
            .inNamespace(namespace)
            .withName("mocov3")
            .require();
    Map<String, String> labels = monitor.get("spec", "selector", "matchLabels");
    String port = monitor.get("spec", "endpoints", 0, "port");
    Service service =
        client.services().inNamespace(namespace).withLabels(labels).list().getItems().getFirst();
    String endpoint =
        await("an endpoint of the service")
            .until(
                () ->
                    client
                        .discovery()
                        .v1()
                        .endpointSlices()
                        .inNamespace(namespace)
                        .withLabel("kubernetes.io/service-name", service.getMetadata().getName())
                        .list()
                        .getItems()
                        .stream()
                        .flatMap(slice -> endpoint(slice, port).stream())
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    return new Monitored(endpoint, monitor.get("spec", "endpoints", 0, "path"));
  }

  private static Optional<String> endpoint(EndpointSlice slice, String port) {
    return slice.getEndpoints().stream()
        .flatMap(endpoint -> endpoint.getAddresses().stream())
        .flatMap(
            address ->
                slice.getPorts().stream()
                    .filter(named -> port.equals(named.getName()))
                    .map(named -> address + ":" + named.getPort()))
        .findFirst();
  }
}
