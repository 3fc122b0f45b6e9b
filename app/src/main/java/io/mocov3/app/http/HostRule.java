package io.mocov3.app.http;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which {@code Host} a request may name. A web page elsewhere can have its own name point here and
 * then read what a browser on this machine may read; so on a loopback address the names of loopback
 * and the allowed ones alone are served. Elsewhere any is, unless some are allowed: then these and
 * plain addresses, which probes and Prometheus use and nobody can point elsewhere.
 */
public final class HostRule {
  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|::1");
  private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|.*:.*");

  private final boolean onLoopback;
  private final boolean anyName;
  private final Set<String> named = new HashSet<>();

  public HostRule(InetSocketAddress bound, List<String> allowed) {
    onLoopback = !bound.isUnresolved() && bound.getAddress().isLoopbackAddress();
    anyName = !onLoopback && allowed.isEmpty();
    named.add(plain(bound.getHostString()));
    allowed.forEach(name -> named.add(plain(name)));
  }

  /** {@code host} is without a port; the brackets of an address may be there. */
  public boolean accepts(String host) {
    String name = plain(host);
    return anyName
        || named.contains(name)
        || LOOPBACK.matcher(name).matches()
        || (!onLoopback && ADDRESS.matcher(name).matches());
  }

  private static String plain(String host) {
    return host.toLowerCase(Locale.ROOT).replaceAll("^\\[|\\]$", "");
  }
}
