package io.mocov3.app.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.mocov3.app.Version;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code run.json}: what ran where, on which libraries and which data. */
public final class Provenance {
  private Provenance() {}

  /**
   * {@code data} describes the training set in a few words that change when it changes. A training
   * goes on without the file; {@code watch} hears why.
   */
  public static void write(RunDirectory directory, String data, LogWatch watch) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("version", Version.text());
    document.put("started", Instant.now().toString());
    document.put("host", host());
    document.put("os", property("os.name") + " " + property("os.version"));
    document.put("architecture", property("os.arch"));
    document.put("processors", Runtime.getRuntime().availableProcessors());
    document.put("java", property("java.runtime.version"));
    document.put("libraries", libraries());
    document.put("data", data);
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
