package io.mocov3.augment.webdataset;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Serves a folder over HTTP and as a bucket, with ranges and with the faults asked for. */
final class FaultyServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Path folder;
  private final Map<String, Refusal> refusals = new ConcurrentHashMap<>();
  private final List<Long> requestsAt = new CopyOnWriteArrayList<>();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger cutsLeft = new AtomicInteger();
  private volatile int cutAfter;
  private volatile Runnable onCut = () -> {};
  private volatile boolean ranges = true;

  private record Refusal(int status, String body, String retryAfter, AtomicInteger times) {}

  FaultyServer(Path folder, int port) throws IOException {
    this.folder = folder;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  FaultyServer(Path folder) throws IOException {
    this(folder, 0);
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  /** Cuts that many answers with content after some bytes. */
  FaultyServer cutting(int times, int afterBytes, Runnable then) {
    cutsLeft.set(times);
    cutAfter = afterBytes;
    onCut = then;
    return this;
  }

  FaultyServer withoutRanges() {
    ranges = false;
    return this;
  }

  /** Refuses a file that many times; an empty code or pause is left out. */
  FaultyServer refusing(String name, int times, int status, String code, String retryAfter) {
    String body = code.isEmpty() ? "" : "<Error><Code>" + code + "</Code></Error>";
    refusals.put(name, new Refusal(status, body, retryAfter, new AtomicInteger(times)));
    return this;
  }

  /** Bytes of content that were sent. */
  long bytes() {
    return bytes.get();
  }

  /** When requests for refused files came, in nanoseconds. */
  List<Long> requestsAt() {
    return requestsAt;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String name = path.substring(path.lastIndexOf('/') + 1);
      Path file = folder.resolve(name);
      Refusal refusal = refusals.get(name);
      if (refusal != null) {
        requestsAt.add(System.nanoTime());
        if (refusal.times.getAndDecrement() > 0) {
          refuse(exchange, refusal);
          return;
        }
      }
      if (!Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      serve(exchange, Files.readAllBytes(file));
    }
  }

  private static void refuse(HttpExchange exchange, Refusal refusal) throws IOException {
    if (!refusal.retryAfter.isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", refusal.retryAfter);
    }
    boolean empty = refusal.body.isEmpty() || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(refusal.status, empty ? -1 : refusal.body.length());
    if (!empty) {
      exchange.getResponseBody().write(refusal.body.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void serve(HttpExchange exchange, byte[] content) throws IOException {
    String tag = "\"" + Arrays.hashCode(content) + "\"";
    exchange.getResponseHeaders().set("ETag", tag);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    String ifMatch = exchange.getRequestHeaders().getFirst("If-Match");
    if (ifMatch != null && !ifMatch.equals(tag)) {
      exchange.sendResponseHeaders(412, -1);
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
    boolean part = ranges && range != null && (ifRange == null || ifRange.equals(tag));
    int from = part ? Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1")) : 0;
    if (part) {
      String text = "bytes %d-%d/%d".formatted(from, content.length - 1, content.length);
      exchange.getResponseHeaders().set("Content-Range", text);
    }
    exchange.sendResponseHeaders(part ? 206 : 200, content.length - from);
    boolean cut = content.length - from > cutAfter && cutsLeft.getAndDecrement() > 0;
    int count = cut ? cutAfter : content.length - from;
    try (OutputStream out = exchange.getResponseBody()) {
      bytes.addAndGet(count);
      out.write(content, from, count);
      out.flush();
      if (cut) {
        onCut.run();
      }
    }
    // closing what is incomplete throws, and a handler that throws has its connection closed
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
