package org.dxos.dmg.libp2p.multiaddr;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.Uvarint;

/**
 * A self-describing address such as {@code /ip4/127.0.0.1/tcp/4001/p2p/12D3Koo…}: at most 16 parts
 * and 1,024 bytes. Equal text, equal address.
 */
public record Multiaddr(List<Component> parts) {

  private static final int MAX_PARTS = 16;
  private static final int MAX_BYTES = 1024;

  public Multiaddr {
    parts = List.copyOf(parts);
    if (parts.size() > MAX_PARTS) {
      throw new IllegalArgumentException(
          "multiaddr: " + parts.size() + " parts, at most " + MAX_PARTS);
    }
  }

  /** Reads the text form. @throws Libp2pException MALFORMED */
  public static Multiaddr parse(String text) throws Libp2pException {
    if (!text.startsWith("/") || text.length() > 4 * MAX_BYTES) {
      throw malformed("`" + text + "` does not begin with `/`, or is too long");
    }
    String[] words = text.substring(1).split("/", -1);
    int end = words[words.length - 1].isEmpty() ? words.length - 1 : words.length;
    List<Component> parts = new ArrayList<>();
    for (int i = 0; i < end; i++) {
      String name = words[i];
      Protocol protocol =
          Protocol.ofText(name).orElseThrow(() -> malformed("unknown protocol `" + name + "`"));
      String value = "";
      if (protocol.hasValue()) {
        if (++i >= end) {
          throw malformed("`" + name + "` has no value");
        }
        value = Values.text(protocol, Values.bytes(protocol, words[i]));
      }
      parts.add(new Component(protocol, value));
    }
    return checked(parts);
  }

  /** Reads the binary form whole. @throws Libp2pException MALFORMED */
  public static Multiaddr decode(byte[] bytes) throws Libp2pException {
    if (bytes.length > MAX_BYTES) {
      throw malformed(bytes.length + " bytes, at most " + MAX_BYTES);
    }
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    List<Component> parts = new ArrayList<>();
    try {
      while (in.available() > 0) {
        long code = Uvarint.read(in);
        Protocol protocol =
            Protocol.ofCode(code).orElseThrow(() -> malformed("unknown protocol code " + code));
        int size = protocol.size();
        byte[] value =
            size == Protocol.VARIABLE ? Uvarint.readDelimited(in, MAX_BYTES) : in.readNBytes(size);
        if (size >= 0 && value.length != size) {
          throw malformed("truncated");
        }
        parts.add(new Component(protocol, protocol.hasValue() ? Values.text(protocol, value) : ""));
      }
    } catch (EOFException e) {
      throw new Libp2pException(Reason.MALFORMED, "multiaddr: truncated", e);
    } catch (Libp2pException e) {
      throw e;
    } catch (IOException e) {
      throw new Libp2pException(Reason.MALFORMED, "multiaddr: unreadable", e);
    }
    return checked(parts);
  }

  private static Multiaddr checked(List<Component> parts) throws Libp2pException {
    if (parts.isEmpty() || parts.size() > MAX_PARTS) {
      throw malformed(parts.size() + " parts, 1 to " + MAX_PARTS + " are allowed");
    }
    return new Multiaddr(parts);
  }

  /** {@code /ip4/…/tcp/…} or {@code /ip6/…/tcp/…} of a socket's address. */
  public static Multiaddr ofSocket(InetSocketAddress socket) {
    InetAddress address = socket.getAddress();
    byte[] raw = address.getAddress();
    Protocol ip = raw.length == 4 ? Protocol.IP4 : Protocol.IP6;
    return new Multiaddr(
        List.of(
            new Component(ip, Values.address(raw)),
            new Component(Protocol.TCP, String.valueOf(socket.getPort()))));
  }

  /** The binary form. @throws IllegalArgumentException if a part made by hand has no such value */
  public byte[] toBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Component part : parts) {
      Uvarint.write(part.protocol().code(), out);
      if (part.protocol().hasValue()) {
        byte[] value = Values.checkedBytes(part);
        if (part.protocol().size() == Protocol.VARIABLE) {
          Uvarint.write(value.length, out);
        }
        out.writeBytes(value);
      }
    }
    return out.toByteArray();
  }

  /** The value of the first part of that protocol. */
  public Optional<String> value(Protocol protocol) {
    return parts.stream()
        .filter(part -> part.protocol() == protocol)
        .map(Component::value)
        .findFirst();
  }

  /** The port if this is plain TCP over an IP address or a DNS name (and perhaps a peer id). */
  public OptionalInt tcpPort() {
    List<Component> place = withoutPeer().parts();
    if (place.size() != 2 || place.get(1).protocol() != Protocol.TCP) {
      return OptionalInt.empty();
    }
    return switch (place.get(0).protocol()) {
      case IP4, IP6, DNS, DNS4, DNS6 -> OptionalInt.of(Integer.parseInt(place.get(1).value()));
      default -> OptionalInt.empty();
    };
  }

  /** This address without a trailing {@code /p2p/…}. */
  public Multiaddr withoutPeer() {
    boolean named = !parts.isEmpty() && parts.getLast().protocol() == Protocol.P2P;
    return named ? new Multiaddr(parts.subList(0, parts.size() - 1)) : this;
  }

  /**
   * This address with {@code /p2p/…} at its end, in the place of one that it has.
   *
   * @param peerId as {@code PeerId.toString()} gives it
   */
  public Multiaddr withPeer(String peerId) {
    List<Component> all = new ArrayList<>(withoutPeer().parts());
    all.add(new Component(Protocol.P2P, peerId));
    return new Multiaddr(all);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    parts.forEach(text::append);
    return text.toString();
  }

  static Libp2pException malformed(String what) {
    return new Libp2pException(Reason.MALFORMED, "multiaddr: " + what);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
