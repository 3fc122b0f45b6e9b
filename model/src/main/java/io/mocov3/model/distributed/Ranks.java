package io.mocov3.model.distributed;

import io.mocov3.model.ModelException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which of how many processes this one is, and where they meet: what torchrun, JobSet, Kubeflow
 * Trainer and {@code mocov3 launch} say in the environment.
 *
 * @param localRank its number among the processes of this host
 * @param localSize how many there are on this host
 */
public record Ranks(int rank, int size, int localRank, int localSize, String host, int port) {
  public static final Ranks ALONE = new Ranks(0, 1, 0, 1, "127.0.0.1", 0);

  private static final String RANK = "RANK";
  private static final String SIZE = "WORLD_SIZE";
  private static final String LOCAL_RANK = "LOCAL_RANK";
  private static final String LOCAL_SIZE = "LOCAL_WORLD_SIZE";
  private static final String HOST = "MASTER_ADDR";
  private static final String PORT = "MASTER_PORT";
  private static final int MOST = 65_535;

  /**
   * What Kubernetes and Kubeflow Trainer say in other words, where the usual ones are not there.
   */
  private static final Map<String, List<String>> OTHERWISE =
      Map.of(
          RANK, List.of("PET_NODE_RANK", "JOB_COMPLETION_INDEX"),
          SIZE, List.of("PET_NNODES"),
          HOST, List.of("PET_MASTER_ADDR"),
          PORT, List.of("PET_MASTER_PORT"));

  public boolean isAlone() {
    return size == 1;
  }

  /** Hosts, if each has as many processes as this one. */
  public int hosts() {
    return size / localSize;
  }

  /** This one's share of the host's cores, where so many threads are asked for; 0 is all cores. */
  public int threads(int asked) {
    boolean all = asked == 0 && localSize > 1;
    return all ? share(Runtime.getRuntime().availableProcessors()) : asked;
  }

  /** Of something that the ranks of a host share, at least 1. */
  public int share(int whole) {
    return Math.max(1, whole / localSize);
  }

  /** The environment of a process that is to be this one. */
  public Map<String, String> environment() {
    return Map.of(
        RANK, Integer.toString(rank),
        SIZE, Integer.toString(size),
        LOCAL_RANK, Integer.toString(localRank),
        LOCAL_SIZE, Integer.toString(localSize),
        HOST, host,
        PORT, Integer.toString(port));
  }

  /** Those of one host, the first of which is {@code rank} here. */
  public static Ranks onThisHost(int rank, int size, int port) {
    return new Ranks(rank, size, rank, size, "127.0.0.1", port);
  }

  /**
   * From the variables of a process.
   *
   * @throws ModelException when one is missing or is no such number, in one line
   */
  public static Ranks of(Map<String, String> environment) {
    int size = number(environment, SIZE, 1, MOST).orElse(1);
    if (size == 1) {
      return ALONE;
    }
    int rank = required(environment, RANK, 0, size - 1);
    int localSize = number(environment, LOCAL_SIZE, 1, size).orElse(1);
    int localRank = number(environment, LOCAL_RANK, 0, size - 1).orElse(0);
    String host = text(environment, HOST);
    if (host.isEmpty()) {
      throw missing(HOST, "the host of rank 0");
    }
    return new Ranks(rank, size, localRank, localSize, host, required(environment, PORT, 1, MOST));
  }

  private static int required(Map<String, String> environment, String name, int least, int most) {
    return number(environment, name, least, most)
        .orElseThrow(() -> missing(name, "a number from %d to %d".formatted(least, most)));
  }

  private static ModelException missing(String name, String what) {
    return new ModelException(
        "WORLD_SIZE asks for more than one process, so %s must be set: %s".formatted(name, what));
  }

  private static String text(Map<String, String> environment, String name) {
    return Stream.concat(Stream.of(name), OTHERWISE.getOrDefault(name, List.of()).stream())
        .map(variable -> environment.getOrDefault(variable, "").strip())
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static Optional<Integer> number(
      Map<String, String> environment, String name, int least, int most) {
    String text = text(environment, name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    boolean digits = text.matches("\\d{1,9}");
    if (!digits || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
      throw new ModelException(
          "%s is \"%s\"; it must be a number from %d to %d".formatted(name, text, least, most));
    }
    return Optional.of(Integer.parseInt(text));
  }
}
