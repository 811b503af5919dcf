package org.dxos.dmg.node.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.car.CarReader;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** What publishers send: CARs whose root is the envelope of something signed. */
final class WriteResource implements Resource {

  /** What a block takes in memory beside its bytes: many tiny ones are large too. */
  private static final int BLOCK_COST = 256;

  private final Registry registry;

  WriteResource(Registry registry) {
    this.registry = registry;
  }

  @Override
  public boolean serves(Exchange exchange) {
    return exchange.method().equals("POST")
        && Set.of("/v1/publish", "/v1/statements", "/v1/authorities", "/v1/blocks/missing")
            .contains(exchange.rawPath());
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    switch (exchange.rawPath()) {
      case "/v1/blocks/missing" -> missing(exchange);
      case "/v1/authorities" -> {
        Car car = car(exchange);
        exchange.json(201, registry.claim(car.root(), car::block).toNode());
      }
      default -> {
        Car car = car(exchange);
        PublishReceipt receipt = registry.publish(car.root(), car::block);
        exchange.json(receipt.added() ? 201 : 200, receipt.toNode());
      }
    }
  }

  private void missing(Exchange exchange) throws IOException {
    List<Cid> asked = ReadResource.cids(exchange.body(HttpServer.MAX_TEXT_BODY));
    Set<Cid> missing = new LinkedHashSet<>(registry.missing(asked));
    exchange.json(
        200,
        new MapBuilder()
            .putAlways("missing", Node.ofTexts(missing.stream().map(Cid::toString).toList()))
            .build());
  }

  private record Car(Cid root, Map<Cid, byte[]> blocks) {
    Optional<byte[]> block(Cid cid) {
      return Optional.ofNullable(blocks.get(cid));
    }
  }

  /** Reads the CAR in the body; every block is hashed as it comes. */
  private static Car car(Exchange exchange) throws IOException {
    exchange.requireLength(HttpServer.MAX_CAR_BODY);
    Map<Cid, byte[]> blocks = new HashMap<>();
    try (InputStream body = exchange.bodyStream()) {
      CarReader reader = new CarReader(body);
      if (reader.roots().size() != 1) {
        throw new FormatException(
            ErrorCode.CAR_SYNTAX,
            "read CAR: it has "
                + reader.roots().size()
                + " roots, expected one: the envelope of what is signed");
      }
      long total = 0;
      for (Optional<CarReader.Block> block = reader.next();
          block.isPresent();
          block = reader.next()) {
        total += block.get().bytes().length + BLOCK_COST;
        if (total > HttpServer.MAX_CAR_BODY) {
          throw new FormatException(
              ErrorCode.TOO_LARGE,
              "read CAR: more than " + HttpServer.MAX_CAR_BODY + " bytes of blocks");
        }
        blocks.put(block.get().cid(), block.get().bytes());
      }
      return new Car(reader.roots().getFirst(), blocks);
    }
  }
}
