package io.mocov3.app.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mocov3.app.data.DataDigest;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.app.output.RunException;
import io.mocov3.app.output.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code run.json}: what ran where, on which libraries and which data. */
public final class Provenance {
  private Provenance() {}

  /**
   * {@code data} is a fingerprint of the training set, {@code changes} what was accepted to differ
   * on the way. A training goes on without the file; {@code watch} hears why.
   */
  public static void write(
      RunDirectory directory,
      DataDigest data,
      boolean checkpointed,
      List<String> changes,
      LogWatch watch) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("version", Version.text());
    document.put("started", Instant.now().toString());
    document.put("host", host());
    document.put("os", property("os.name") + " " + property("os.version"));
    document.put("architecture", property("os.arch"));
    document.put("processors", Runtime.getRuntime().availableProcessors());
    document.put("java", property("java.runtime.version"));
    document.put("libraries", libraries());
    document.put("data", data.samples());
    document.put("data_contents", data.contents());
    document.put("checkpointed", checkpointed);
    document.put("changes", changes);
    write(directory, document, watch);
  }

  /** The run has a checkpoint: from now on it never begins again by itself. */
  static void checkpointed(RunDirectory directory, LogWatch watch) {
    Path file = directory.paths().provenance();
    try {
      if (new ObjectMapper().readTree(Files.readAllBytes(file)) instanceof ObjectNode document
          && !document.path("checkpointed").asBoolean()) {
        write(directory, document.put("checkpointed", true), watch);
      }
    } catch (IOException e) {
      watch.warn().accept(file + " cannot be updated: " + e.getMessage());
    }
  }

  private static void write(RunDirectory directory, Object document, LogWatch watch) {
    try {
      directory.write(
          directory.paths().provenance(),
          new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(document));
    } catch (RunException e) {
      watch.warn().accept(e.getMessage());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> libraries() {
    Map<String, String> libraries = new LinkedHashMap<>();
    libraries.put("pytorch", version(org.bytedeco.pytorch.Tensor.class));
    libraries.put("opencv", version(org.bytedeco.opencv.opencv_core.Mat.class));
    libraries.put("javacpp", version(org.bytedeco.javacpp.Pointer.class));
    libraries.put("akka", akka.Version.current());
    return libraries;
  }

  private static String version(Class<?> type) {
    String version = type.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
