package org.dxos.dmg.node.http;

import java.util.List;
import org.dxos.dmg.api.Caller;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Blocks by CID, as the IPFS trustless gateway serves them: the reader checks the hash. Whoever
 * does not present the home's token is given public blocks alone.
 */
final class GatewayResource implements Resource {

  private static final String IPFS = "/ipfs/";
  private static final String RAW = "application/vnd.ipld.raw";

  private final Registry registry;

  GatewayResource(Registry registry) {
    this.registry = registry;
  }

  @Override
  public boolean serves(Exchange exchange) {
    return exchange.pathStartsWith(IPFS)
        && (exchange.method().equals("GET") || exchange.method().equals("HEAD"));
  }

  @Override
  public void handle(Exchange exchange) {
    String rest = exchange.pathAfter(IPFS);
    int slash = rest.indexOf('/');
    Cid cid = Cid.parse(slash < 0 ? rest : rest.substring(0, slash));
    boolean raw =
        exchange
            .parameter("format")
            .map(format -> format.equals("raw"))
            .orElseGet(() -> exchange.accepts(RAW));
    if (!raw || slash >= 0) {
      throw new NodeException(
          ErrorCode.UNSUPPORTED,
          "read `/ipfs/"
              + rest
              + "`: this version serves single blocks, by `?format=raw` or `Accept: "
              + RAW
              + "`",
          "fetch the blocks of a file one by one, or use `dmg install`");
    }
    boolean stranger = Caller.current().isStranger();
    // What is not public is answered like what is not there, by the same way.
    byte[] block =
        (stranger ? registry.shared(cid) : registry.get(cid))
            .orElseThrow(
                () ->
                    new NotFoundException(
                        ErrorCode.BLOCK_MISSING,
                        "read block `" + cid + "`: it is not held",
                        List.of(),
                        ""));
    exchange
        .headers()
        .put(
            HttpHeader.CACHE_CONTROL,
            (stranger ? "public" : "private") + ", max-age=31536000, immutable")
        .put(HttpHeader.ETAG, "\"" + cid + ".raw\"")
        .put("Content-Disposition", "attachment; filename=\"" + cid + ".bin\"")
        .put("Content-Security-Policy", "sandbox; default-src 'none'");
    if (!exchange.notModified("\"" + cid + ".raw\"")) {
      exchange.send(200, RAW, block);
    }
  }
}
