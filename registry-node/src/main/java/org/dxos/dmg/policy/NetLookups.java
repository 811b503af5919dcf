package org.dxos.dmg.policy;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Asks the machine's resolvers and the web. Slow or silent is the same as nothing: nobody waits
 * longer than a few seconds for evidence.
 */
public final class NetLookups implements DomainProof.Lookups {

  private static final Duration DNS_WAIT = Duration.ofSeconds(3);
  private static final int HTTPS_MILLIS = 3000;

  @Override
  public List<String> txt(String name) {
    try {
      Lookup lookup = new Lookup(name + ".", Type.TXT);
      ExtendedResolver resolver = new ExtendedResolver();
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
    } catch (TextParseException e) {
      return List.of();
    }
  }

  /**
   * True if a host lies outside of this machine and its network: whoever asks for a name decides
   * which host is asked. A name that means another address a moment later still has to show a
   * certificate for itself.
   */
  private static boolean isPublic(String host) throws IOException {
    for (InetAddress address : InetAddress.getAllByName(host)) {
      if (!Network.isPublic(address)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Optional<byte[]> https(String url, int limit) {
    try {
      URI uri = URI.create(url);
      if (!isPublic(uri.getHost())) {
        return Optional.empty();
      }
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
      connection.setConnectTimeout(HTTPS_MILLIS);
      connection.setReadTimeout(HTTPS_MILLIS);
      connection.setInstanceFollowRedirects(false);
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        return Optional.empty();
      }
      try (InputStream in = connection.getInputStream()) {
        byte[] body = in.readNBytes(limit + 1);
        return body.length > limit ? Optional.empty() : Optional.of(body);
      }
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
