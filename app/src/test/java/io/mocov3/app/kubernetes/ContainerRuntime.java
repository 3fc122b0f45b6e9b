package io.mocov3.app.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** What makes a container of a pod's only one. */
interface ContainerRuntime {

  /**
   * Starts it.
   *
   * @param volumes where the files of each mount are on this machine, by the path in the container
   * @param log what it prints
   */
  Running start(Pod pod, Map<String, Path> volumes, Path log) throws IOException;

  /** A container that was started. */
  interface Running {
    OptionalInt exitCode();

    /** SIGTERM. */
    void terminate() throws IOException;

    /** SIGKILL. */
    void kill() throws IOException;
  }

  static Container only(Pod pod) {
    List<Container> containers = pod.getSpec().getContainers();
    if (containers.size() != 1) {
      throw new IllegalArgumentException(containers.size() + " containers, expected one");
    }
    return containers.getFirst();
  }

  /** The manifest's environment, with what it takes from the pod itself. */
  static Map<String, String> environment(Pod pod) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (EnvVar variable : only(pod).getEnv()) {
      String value = variable.getValue();
      environment.put(variable.getName(), value != null ? value : ofPod(pod, variable));
    }
    return environment;
  }

  private static String ofPod(Pod pod, EnvVar variable) {
    if (variable.getValueFrom() == null) {
      return "";
    }
    if (variable.getValueFrom().getFieldRef() == null) {
      throw new IllegalArgumentException(variable.getName() + " is not of the pod");
    }
    String path = variable.getValueFrom().getFieldRef().getFieldPath();
    ObjectMeta metadata = pod.getMetadata();
    return Stream.of(
            Map.entry("labels", metadata.getLabels()),
            Map.entry("annotations", metadata.getAnnotations()))
        .flatMap(
            list ->
                list.getValue().entrySet().stream()
                    .filter(
                        entry ->
                            path.equals(
                                "metadata.%s['%s']".formatted(list.getKey(), entry.getKey()))))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the pod has no " + path));
  }
}
