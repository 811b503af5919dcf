package org.dxos.dmg.policy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.dxos.dmg.sync.web.WebClient;
import org.dxos.dmg.sync.wire.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Asks the machine's resolvers and the web about one domain. Slow or silent is the same as nothing:
 * however it drips, nobody waits longer than {@link #TOTAL} for all of it, half of that for DNS.
 * The time begins when this is made.
 */
public final class NetLookups implements DomainProof.Lookups {

  /** For all that is asked of a domain. */
  public static final Duration TOTAL = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(NetLookups.class);
  private static final Duration DNS_WAIT = Duration.ofSeconds(3);

  /** Addresses of one host that are tried. */
  private static final int MAX_ADDRESSES = 4;

  private final Outside outside;
  private final long until;
  private final long nanosForDns;

  /** What is asked, so that tests can stand in for it. */
  interface Outside {
    Resolver resolver();

    List<InetAddress> addresses(String host) throws UnknownHostException;

    /** Whoever asks for a name decides which host is asked: never this machine and its network. */
    boolean mayDial(InetAddress address);

    SSLContext tls();
  }

  private static final class Real implements Outside {
    @Override
    public Resolver resolver() {
      return new ExtendedResolver();
    }

    @Override
    public List<InetAddress> addresses(String host) throws UnknownHostException {
      return List.of(InetAddress.getAllByName(host));
    }

    @Override
    public boolean mayDial(InetAddress address) {
      return Network.isPublic(address);
    }

    @Override
    public SSLContext tls() {
      return WebClient.believed();
    }
  }

  public NetLookups() {
    this(new Real(), TOTAL);
  }

  NetLookups(Outside outside, Duration total) {
    this.outside = outside;
    this.until = System.nanoTime() + total.toNanos();
    this.nanosForDns = total.toNanos() / 2;
  }

  private long left() {
    return Math.max(0, until - System.nanoTime());
  }

  @Override
  public List<String> txt(String name) {
    return within(Math.min(nanosForDns, left()), () -> texts(name)).orElse(List.of());
  }

  private List<String> texts(String name) throws TextParseException {
    Lookup lookup = new Lookup(name + ".", Type.TXT);
    Resolver resolver = outside.resolver();
    resolver.setTimeout(DNS_WAIT);
    lookup.setResolver(resolver);
    lookup.setCache(null);
    List<String> texts = new ArrayList<>();
    Record[] records = lookup.run();
    for (Record record : records == null ? new Record[0] : records) {
      if (record instanceof TXTRecord txt) {
        texts.add(String.join("", txt.getStrings()));
      }
    }
    return texts;
  }

  @Override
  public Optional<byte[]> https(String url, int limit) {
    try {
      URI uri = URI.create(url);
      List<InetAddress> found =
          within(left(), () -> outside.addresses(uri.getHost())).orElse(List.of());
      if (found.isEmpty() || !found.stream().allMatch(outside::mayDial)) {
        return Optional.empty();
      }
      List<InetAddress> some = found.stream().limit(MAX_ADDRESSES).toList();
      try (WebClient client =
          WebClient.to(
              "https://" + uri.getRawAuthority(), some, outside.tls(), Duration.ofNanos(left()))) {
        return client.get(uri.getRawPath(), limit);
      }
    } catch (IOException | SyncException | IllegalArgumentException e) {
      LOG.debug("read {}: {}", url, e.toString());
      return Optional.empty();
    }
  }

  /**
   * What a task finds in time. The machine's resolver cannot be interrupted: its thread is left to
   * end when it does.
   */
  private static <T> Optional<T> within(long nanos, Callable<T> task) {
    FutureTask<T> running = new FutureTask<>(task);
    Thread unused = Thread.ofPlatform().daemon().name("dmg-lookup").start(running);
    try {
      return Optional.of(running.get(nanos, TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      boolean ended = running.cancel(true);
      LOG.debug("a lookup took longer than {} ns; ended: {}", nanos, ended);
    } catch (ExecutionException e) {
      LOG.debug("a lookup failed: {}", String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }
}
