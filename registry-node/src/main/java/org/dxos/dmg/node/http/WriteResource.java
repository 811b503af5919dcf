package org.dxos.dmg.node.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.car.CarReader;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Signed;

/** What publishers send: CARs whose root is the envelope of something signed. */
final class WriteResource implements Resource {

  /** What a block takes in memory beside its bytes: many tiny ones are large too. */
  private static final int BLOCK_COST = 256;

  /** Where blocks are sent that something will link. */
  static final String BLOCKS = "/v1/blocks";

  private static final String MISSING = "/v1/blocks/missing";

  /** What of an upload is held in memory at a time. */
  private static final long PART_BYTES = 4L << 20;

  private final Registry registry;
  private final boolean mirror;
  private final BodyMemory memory = BodyMemory.usual();

  /**
   * @param mirror whether nothing is taken that anybody hands in
   */
  WriteResource(Registry registry, boolean mirror) {
    this.registry = registry;
    this.mirror = mirror;
  }

  @Override
  public boolean serves(Exchange exchange) {
    return isUpload(exchange)
        || exchange.method().equals("POST")
            && Set.of(
                    "/v1/publish",
                    "/v1/statements",
                    "/v1/authorities",
                    MISSING,
                    "/v1/node/head-key",
                    "/v1/node/renew")
                .contains(exchange.rawPath());
  }

  private static boolean isUpload(Exchange exchange) {
    return exchange.method().equals("PUT") && exchange.rawPath().equals(BLOCKS);
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    if (mirror && !exchange.rawPath().equals(MISSING)) {
      throw new NodeException(
          ErrorCode.POLICY_DENIED,
          "take what is handed in at `" + exchange.rawPath() + "`: this node is a mirror",
          "hand it to the home of the authority, or to another node");
    }
    if (isUpload(exchange)) {
      keep(exchange);
      return;
    }
    switch (exchange.rawPath()) {
      case MISSING -> missing(exchange);
      case "/v1/authorities" -> {
        whole(exchange, car -> exchange.json(201, authority(car).toNode()));
      }
      case "/v1/node/head-key" -> exchange.json(201, registry.freshHeadKey().toNode());
      case "/v1/node/renew" -> {
        Fields asked =
            Fields.of(
                "renew",
                ErrorCode.JSON_SYNTAX,
                Json.parse(exchange.body(HttpServer.MAX_TEXT_BODY)));
        Cid genesis = Cid.parse(asked.text("authority"));
        asked.end();
        exchange.json(201, registry.renew(genesis).toNode());
      }
      default -> whole(exchange, car -> publish(exchange, car));
    }
  }

  private void publish(Exchange exchange, Car car) {
    PublishReceipt receipt = registry.publish(car.root(), car);
    int status =
        switch (receipt.status()) {
          case ADDED -> 201;
          case HELD -> 200;
          case PENDING -> 202;
        };
    exchange.json(status, receipt.toNode());
  }

  /** Takes the CAR in the body, as there is memory for it. */
  private void whole(Exchange exchange, Consumer<Car> work) throws IOException {
    exchange.requireLength(HttpServer.MAX_CAR_BODY);
    try (BodyMemory.Share share = memory.share(exchange.length());
        InputStream body = share.counting(exchange.bodyStream())) {
      work.accept(car(body));
    }
  }

  /** One root that is a genesis is a claim; anything else is carried here. */
  private AuthorityInfo authority(Car car) {
    Signed<Body> first = Signed.read(car, car.roots().getFirst(), Body.class);
    return switch (first.body()) {
      case AuthorityEntry entry when entry.seq() == 0 && car.roots().size() == 1 ->
          registry.claim(first.cid(), car);
      case AuthorityEntry entry ->
          registry.learn(entry.genesis().orElse(first.envelope().body()), car.roots(), car);
      case Head head -> registry.learn(head.genesis(), car.roots(), car);
      default ->
          throw new FormatException(
              ErrorCode.BODY_INVALID,
              "read CAR: its first root is a `"
                  + first.body().type()
                  + "`, expected key log entries and heads");
    };
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

  /** Blocks that were hashed as they came. */
  record Car(List<Cid> roots, Map<Cid, byte[]> blocks) implements BlockSource {

    /** The only root. */
    Cid root() {
      if (roots.size() != 1) {
        throw new FormatException(
            ErrorCode.CAR_SYNTAX,
            "read CAR: it has "
                + roots.size()
                + " roots, expected one: the envelope of what is signed");
      }
      return roots.getFirst();
    }

    @Override
    public Optional<byte[]> get(Cid cid) {
      return Optional.ofNullable(blocks.get(cid));
    }

    @Override
    public boolean hashed() {
      return true;
    }
  }

  /** Keeps what comes, a part at a time: of an upload that is cut off the parts before stay. */
  private void keep(Exchange exchange) throws IOException {
    exchange.requireLength(HttpServer.MAX_CAR_BODY);
    long blocks = 0;
    long bytes = 0;
    try (InputStream body = exchange.bodyStream()) {
      CarReader reader = new CarReader(body);
      Map<Cid, byte[]> part = new HashMap<>();
      long size = 0;
      for (Optional<CarReader.Block> next = reader.next(); next.isPresent(); next = reader.next()) {
        byte[] block = next.get().bytes();
        part.put(next.get().cid(), block);
        blocks++;
        bytes += block.length;
        size += block.length + BLOCK_COST;
        if (size >= PART_BYTES) {
          keep(part);
          size = 0;
        }
      }
      keep(part);
    }
    exchange.json(200, new MapBuilder().put("blocks", blocks).put("bytes", bytes).build());
  }

  private void keep(Map<Cid, byte[]> part) {
    registry.keep(part.keySet(), cid -> Optional.ofNullable(part.get(cid)));
    part.clear();
  }

  /** Reads the CAR in the body; every block is hashed as it comes. */
  static Car car(InputStream body) throws IOException {
    Map<Cid, byte[]> blocks = new HashMap<>();
    CarReader reader = new CarReader(body);
    if (reader.roots().isEmpty()) {
      throw new FormatException(
          ErrorCode.CAR_SYNTAX, "read CAR: it has no roots, expected what is signed");
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
    return new Car(reader.roots(), blocks);
  }
}
