package io.mocov3.app.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Volumes of pods as folders: a claim's is shared by all pods, the others are each pod's own. */
record Volumes(KubernetesClient client, Path folder) {

  /** The folder of each mount of the pod, by its path in the container. */
  Map<String, Path> mount(Pod pod) throws IOException {
    Map<String, Path> byName = new LinkedHashMap<>();
    for (Volume volume : pod.getSpec().getVolumes()) {
      byName.put(volume.getName(), make(pod, volume));
    }
    Map<String, Path> mounts = new LinkedHashMap<>();
    for (VolumeMount mount : ContainerRuntime.only(pod).getVolumeMounts()) {
      mounts.put(mount.getMountPath(), byName.get(mount.getName()));
    }
    return mounts;
  }

  Path claim(String name) {
    return folder.resolve("claims").resolve(name);
  }

  Path own(Pod pod, String volume) {
    return folder.resolve("pods").resolve(pod.getMetadata().getName()).resolve(volume);
  }

  private Path make(Pod pod, Volume volume) throws IOException {
    if (volume.getPersistentVolumeClaim() != null) {
      return Files.createDirectories(claim(volume.getPersistentVolumeClaim().getClaimName()));
    }
    Path own = Files.createDirectories(own(pod, volume.getName()));
    String namespace = pod.getMetadata().getNamespace();
    if (volume.getConfigMap() != null) {
      ConfigMap map =
          client
              .configMaps()
              .inNamespace(namespace)
              .withName(volume.getConfigMap().getName())
              .require();
      for (Map.Entry<String, String> file : map.getData().entrySet()) {
        Files.writeString(own.resolve(file.getKey()), file.getValue());
      }
    } else if (volume.getSecret() != null) {
      Secret secret =
          client
              .secrets()
              .inNamespace(namespace)
              .withName(volume.getSecret().getSecretName())
              .require();
      for (Map.Entry<String, String> file : secret.getData().entrySet()) {
        Path written =
            Files.write(own.resolve(file.getKey()), Base64.getDecoder().decode(file.getValue()));
        Files.setAttribute(written, "unix:mode", volume.getSecret().getDefaultMode());
      }
    } else if (volume.getEmptyDir() == null) {
      throw new IllegalArgumentException("volume " + volume.getName() + " is of an unknown kind");
    }
    return own;
  }
}
