package io.mocov3.app.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

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

  /** The manifest's environment. */
  static Map<String, String> environment(Container container) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (EnvVar variable : container.getEnv()) {
      if (variable.getName().equals("JOB_COMPLETION_INDEX")) {
        continue; // the Job controller's, of the pod's own annotation
      }
      if (variable.getValue() == null) {
        throw new IllegalArgumentException(variable.getName() + " has no value of its own");
      }
      environment.put(variable.getName(), variable.getValue());
    }
    return environment;
  }
}
