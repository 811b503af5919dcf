package org.dxos.dmg.libp2p.fuzz;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.bitswap.BitswapTargets;
import org.dxos.dmg.libp2p.host.IdentifyTargets;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.multistream.Multistream;
import org.dxos.dmg.libp2p.noise.NoiseTargets;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.peer.PeerRecord;
import org.dxos.dmg.libp2p.peer.PublicKey;
import org.dxos.dmg.libp2p.wire.Duplex;
import org.dxos.dmg.libp2p.yamux.YamuxTargets;

/**
 * Everything that reads bytes of a stranger, with what must hold for any input: it is refused with
 * a typed error, or it is read and is written again as the specification says.
 */
enum FuzzTarget {
  FRAME(YamuxTargets::frame),
  YAMUX(YamuxTargets::connection),
  NOISE_PAYLOAD(NoiseTargets::payload),
  NOISE_MESSAGE(NoiseTargets::messages),
  MULTISTREAM_ANSWER(
      in -> {
        String agreed = Multistream.answer(new Memory(in), name -> name.length() < 9);
        check(agreed.length() < 9, agreed);
      }),
  MULTISTREAM_PROPOSE(
      in -> {
        String agreed = Multistream.propose(new Memory(in), List.of("/a", "/noise"));
        check(List.of("/a", "/noise").contains(agreed), agreed);
      }),
  MULTISTREAM_TAKEN(
      in -> {
        InputStream bytes = new ByteArrayInputStream(in);
        Multistream.requireTaken(bytes, "/noise");
        byte[] taken = Multistream.proposal("/noise");
        check(Arrays.equals(taken, Arrays.copyOf(in, taken.length)), "read as taken");
        check(bytes.available() == in.length - taken.length, "read past the answer");
      }),
  IDENTIFY(IdentifyTargets::decode),
  BITSWAP(BitswapTargets::message),
  CID(BitswapTargets::cid),
  CID_TEXT(BitswapTargets::cidText),
  MULTIADDR(
      in -> {
        Multiaddr address = Multiaddr.decode(in);
        check(Arrays.equals(in, address.toBytes()), "other bytes");
        check(address.equals(Multiaddr.parse(address.toString())), address.toString());
      }),
  MULTIADDR_TEXT(
      in -> {
        Multiaddr address = Multiaddr.parse(new String(in, StandardCharsets.UTF_8));
        check(address.equals(Multiaddr.decode(address.toBytes())), address.toString());
      }),
  PEER_ID(
      in -> {
        PeerId id = PeerId.decode(in);
        check(Arrays.equals(in, id.toBytes()), "other bytes");
        check(id.equals(PeerId.parse(id.toString())), id.toString());
        check(id.equals(PeerId.parse(id.toCid())), id.toCid());
      }),
  PUBLIC_KEY(
      in -> {
        PublicKey key = PublicKey.decode(in);
        check(key.equals(PublicKey.decode(key.encode())), "another key");
        check(!key.verifies(new byte[1], in), "a signature that nobody made");
      }),
  PEER_RECORD(in -> PeerRecord.open(in));

  private static final Identity SELF = Identity.ofSeed(new byte[32]);

  private interface Check {
    void on(byte[] input) throws IOException;
  }

  private final Check check;

  FuzzTarget(Check check) {
    this.check = check;
  }

  /** The name of its folders and files. */
  String text() {
    return "libp2p-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Good inputs to start from; each is accepted. */
  List<byte[]> seeds() {
    try {
      return switch (this) {
        case FRAME -> hex("000100010000000100000000", "000200010000000000000005");
        case YAMUX ->
            hex(
                "000100010000000100000000"
                    + "000000000000000100000003616263"
                    + "000200010000000000000005"
                    + "000100040000000100000000"
                    + "000000010000000300000001"
                    + "61"
                    + "000100080000000300000000"
                    + "000300000000000000000000");
        case NOISE_PAYLOAD -> List.of(NoiseTargets.goodPayload(SELF));
        case NOISE_MESSAGE -> List.of(point(), Arrays.copyOf(point(), 160));
        case MULTISTREAM_ANSWER -> List.of(lines("/multistream/1.0.0", "/too/long/1", "/noise"));
        case MULTISTREAM_PROPOSE -> List.of(lines("/multistream/1.0.0", "na", "/noise"));
        case MULTISTREAM_TAKEN -> List.of(lines("/multistream/1.0.0", "/noise", "what follows"));
        case IDENTIFY -> List.of(IdentifyTargets.good());
        case BITSWAP -> List.of(BitswapTargets.goodMessage());
        case CID -> List.of(BitswapTargets.goodCid());
        case CID_TEXT -> BitswapTargets.goodCidTexts();
        case MULTIADDR -> {
          List<byte[]> all = new ArrayList<>();
          for (String one : ADDRESSES) {
            all.add(Multiaddr.parse(one).toBytes());
          }
          yield all;
        }
        case MULTIADDR_TEXT ->
            ADDRESSES.stream().map(one -> one.getBytes(StandardCharsets.UTF_8)).toList();
        case PEER_ID -> List.of(SELF.peerId().toBytes());
        case PUBLIC_KEY -> List.of(SELF.publicKey().encode());
        case PEER_RECORD ->
            List.of(
                new PeerRecord(SELF.peerId(), 1, List.of(Multiaddr.parse(ADDRESSES.getFirst())))
                    .seal(SELF));
      };
    } catch (Libp2pException e) {
      throw new IllegalStateException("a seed of " + this, e);
    }
  }

  private static final List<String> ADDRESSES =
      List.of(
          "/ip4/1.2.3.4/tcp/4001/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN",
          "/ip6/2001:db8::1/udp/4001/quic-v1",
          "/dns4/example.org/tcp/443/ws",
          "/dnsaddr/bootstrap.example.org");

  /**
   * True if {@code input} was read, false if it was refused as it should be.
   *
   * @throws RuntimeException or an error, if what must hold does not
   */
  boolean accepts(byte[] input) {
    try {
      check.on(input);
      return true;
    } catch (Libp2pException | EOFException refused) {
      return false;
    } catch (IOException e) {
      throw new IllegalStateException("neither read nor refused", e);
    }
  }

  private static byte[] point() {
    byte[] point = new byte[32];
    point[0] = 9;
    return point;
  }

  private static List<byte[]> hex(String... all) {
    return Arrays.stream(all).map(HexFormat.of()::parseHex).toList();
  }

  private static byte[] lines(String... all) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String one : all) {
      byte[] line = (one + "\n").getBytes(StandardCharsets.UTF_8);
      out.write(line.length);
      out.writeBytes(line);
    }
    return out.toByteArray();
  }

  private static void check(boolean holds, String found) {
    if (!holds) {
      throw new AssertionError("read, and is another: " + found);
    }
  }

  private record Memory(InputStream in, OutputStream out) implements Duplex {
    Memory(byte[] bytes) {
      this(new ByteArrayInputStream(bytes), OutputStream.nullOutputStream());
    }

    @Override
    public void close() {}
  }
}
