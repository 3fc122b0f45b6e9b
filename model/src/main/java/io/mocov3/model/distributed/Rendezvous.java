package io.mocov3.model.distributed;

import io.mocov3.model.ModelException;
import io.mocov3.model.device.Placement;
import io.mocov3.model.tensor.NativeMessage;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * Where ranks meet: rank 0 listens at {@code MASTER_ADDR:MASTER_PORT}, the others come to it.
 *
 * @param join how long ranks wait for each other at the beginning
 * @param timeout how long a rank may be silent later, before the others take it for gone
 */
public record Rendezvous(Duration join, Duration timeout) {
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int CONNECTING = 2000;

  /**
   * The group of these processes; tensors are to be on {@code placement}.
   *
   * @throws GroupException when the others do not come in time, or rank 0 cannot listen
   */
  public Group meet(Ranks ranks, Placement placement) {
    if (ranks.isAlone()) {
      return Group.alone();
    }
    InetAddress master = master(ranks);
    try {
      Store store = store(ranks, master);
      String address = addressTowards(master, ranks.port()).getHostAddress();
      Backend numbers = gloo(ranks, part(store, "numbers"), address);
      Backend tensors = placement.isCuda() ? Nccl.backend(ranks, part(store, "tensors")) : numbers;
      numbers.setTimeout(kept(milliseconds(timeout)));
      tensors.setTimeout(kept(milliseconds(timeout)));
      return new C10dGroup(ranks, tensors, numbers);
    } catch (RuntimeException e) {
      throw notMet(ranks, NativeMessage.of(e), e);
    }
  }

  /** NCCL's classes load a library that only the GPU build has. */
  private static final class Nccl {
    private Nccl() {}

    static Backend backend(Ranks ranks, Store store) {
      return kept(new ProcessGroupNCCL(store, ranks.rank(), ranks.size()));
    }
  }

  /**
   * The address of rank 0, once it can be reached: its name may come to be known later than this
   * process, and it may listen later.
   */
  private InetAddress master(Ranks ranks) {
    long begin = System.nanoTime();
    while (true) {
      try {
        InetAddress master = InetAddress.getByName(ranks.host());
        if (ranks.rank() > 0) {
          try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(master, ranks.port()), CONNECTING);
          }
        }
        return master;
      } catch (IOException e) {
        if (System.nanoTime() - begin > join.toNanos()) {
          String why =
              e instanceof UnknownHostException ? "that host is not known here" : e.getMessage();
          throw notMet(ranks, why, e);
        }
        pause();
      }
    }
  }

  private GroupException notMet(Ranks ranks, String why, Exception cause) {
    return new GroupException(
        "rank %d of %d did not meet the others at %s:%d within %d s: %s"
            .formatted(
                ranks.rank(), ranks.size(), ranks.host(), ranks.port(), join.toSeconds(), why),
        cause);
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GroupException("interrupted while waiting for the other ranks", e);
    }
  }

  private Store store(Ranks ranks, InetAddress master) {
    TCPStoreOptions options = kept(new TCPStoreOptions());
    options.port((short) ranks.port());
    options.isServer(ranks.rank() == 0);
    options.waitWorkers(false);
    options.timeout(kept(milliseconds(join)));
    return kept(new TCPStore(master.getHostAddress(), options));
  }

  private static Store part(Store store, String prefix) {
    return kept(new PrefixStore(prefix, store));
  }

  /**
   * Until the process ends: bindings do not count that a backend goes on using what it was made of.
   */
  private static <P extends Pointer> P kept(P pointer) {
    pointer.retainReference();
    return pointer;
  }

  private Backend gloo(Ranks ranks, Store store, String address) {
    ProcessGroupGloo.Options options =
        kept(ProcessGroupGloo.Options.create(kept(milliseconds(join))));
    options.devices().push_back(kept(ProcessGroupGloo.createDeviceForHostname(address)));
    return kept(new ProcessGroupGloo(store, ranks.rank(), ranks.size(), options));
  }

  /** Of the addresses of this host the one from which the other one is reached. */
  private static InetAddress addressTowards(InetAddress host, int port) {
    if (host.isLoopbackAddress()) {
      return host;
    }
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(host, port));
      return socket.getLocalAddress();
    } catch (IOException e) {
      throw new GroupException("there is no way to " + host + ": " + e.getMessage(), e);
    }
  }

  private static Milliseconds milliseconds(Duration duration) {
    return new Milliseconds(duration.toMillis());
  }

  /** A port of this host that is free at this moment. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new ModelException("no port is free: " + e.getMessage(), e);
    }
  }
}
