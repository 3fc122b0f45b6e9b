package io.mocov3.app.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
    if (volume.getProjected() != null) {
      for (VolumeProjection source : volume.getProjected().getSources()) {
        write(
            own,
            files(pod.getMetadata().getNamespace(), source),
            volume.getProjected().getDefaultMode());
      }
    } else if (volume.getEmptyDir() == null) {
      throw new IllegalArgumentException("volume " + volume.getName() + " is of an unknown kind");
    }
    return own;
  }

  private static void write(Path folder, Map<String, byte[]> files, int mode) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path written = Files.write(folder.resolve(file.getKey()), file.getValue());
      Files.setAttribute(written, "unix:mode", mode);
    }
  }

  private Map<String, byte[]> files(String namespace, VolumeProjection source) {
    if (source.getConfigMap() != null) {
      ConfigMap map =
          client
              .configMaps()
              .inNamespace(namespace)
              .withName(source.getConfigMap().getName())
              .require();
      Map<String, byte[]> files = new TreeMap<>();
      map.getData().forEach((key, text) -> files.put(key, text.getBytes(StandardCharsets.UTF_8)));
      return files;
    }
    if (source.getSecret() == null) {
      throw new IllegalArgumentException("a projection of an unknown kind: " + source);
    }
    Secret secret =
        client.secrets().inNamespace(namespace).withName(source.getSecret().getName()).get();
    if (secret == null && Boolean.TRUE.equals(source.getSecret().getOptional())) {
      return Map.of();
    }
    return named(secret.getData(), source.getSecret().getItems());
  }

  private static Map<String, byte[]> named(Map<String, String> data, List<KeyToPath> items) {
    Map<String, byte[]> files = new TreeMap<>();
    for (KeyToPath item : items) {
      files.put(item.getPath(), Base64.getDecoder().decode(data.get(item.getKey())));
    }
    return files;
  }
}
