package org.dxos.dmg.dxn;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.error.FormatException;

/** Who a name belongs to: the first part of it. */
public sealed interface Authority {

  /** As names spell it, with {@code ~id} where one claim is meant. */
  String text();

  /** {@link #text} without {@code ~id}. */
  String base();

  /** The authority id, the CID of a genesis body, where one claim is meant exactly. */
  Optional<Cid> claim();

  /** True for {@code local.*}, whose names never leave the node. */
  boolean isLocal();

  /**
   * A domain in reverse, {@code org.dxos}.
   *
   * @param reversedDomain two labels or more in lower case, at most 253 octets
   * @param claim the id after {@code ~}
   */
  record Dns(String reversedDomain, Optional<Cid> claim) implements Authority {

    /**
     * @throws FormatException with code {@code NAME_SYNTAX}; labels that begin with {@code xn--}
     *     are left to the reader, which knows the policy
     */
    public Dns {
      try {
        NameReader.requireDomain(reversedDomain, 0, Punycode.ALLOWED);
        if (!NameReader.fold(reversedDomain).equals(reversedDomain)) {
          throw new Refusal(DxnError.AUTHORITY_LABEL, 0, "a domain in lower case");
        }
        if (claim.isPresent() && !NameReader.isAuthorityId(claim.get())) {
          throw new Refusal(
              DxnError.AUTHORITY_ID, reversedDomain.length() + 1, NameReader.AUTHORITY_ID);
        }
      } catch (Refusal refusal) {
        throw Refusal.explain("authority", reversedDomain, refusal.refused());
      }
    }

    public Dns(String reversedDomain) {
      this(reversedDomain, Optional.empty());
    }

    @Override
    public String text() {
      return claim.isPresent() ? reversedDomain + "~" + claim.get() : reversedDomain;
    }

    @Override
    public String base() {
      return reversedDomain;
    }

    @Override
    public boolean isLocal() {
      return reversedDomain.startsWith("local.");
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * An Ed25519 key, which needs no domain.
   *
   * @param text {@code k51…}: its CID of codec libp2p-key in base36, 62 characters
   */
  record Key(String text) implements Authority {

    /**
     * @throws FormatException with code {@code NAME_SYNTAX} if it is not such a key
     */
    public Key {
      try {
        NameReader.requireKey(text, 0);
      } catch (Refusal refusal) {
        throw Refusal.explain("authority", text, refusal.refused());
      }
    }

    public Key(PeerId peer) {
      this(peer.keyAuthority());
    }

    /** The key itself. */
    public PeerId peer() {
      return NameReader.requireKey(text, 0);
    }

    @Override
    public String base() {
      return text;
    }

    @Override
    public Optional<Cid> claim() {
      return Optional.empty();
    }

    @Override
    public boolean isLocal() {
      return false;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Reads an authority by itself, {@code xn--} refused; the domain is folded to lower case.
   *
   * @throws FormatException with code {@code NAME_SYNTAX}
   */
  static Authority parse(String text) {
    return parse(text, Punycode.REFUSED);
  }

  /** As {@link #parse(String)}, by this policy. */
  static Authority parse(String text, Punycode punycode) {
    try {
      NameReader.requireInput(text);
      return NameReader.authority(text, 0, punycode);
    } catch (Refusal refusal) {
      throw Refusal.explain("authority", text, refusal.refused());
    }
  }
}
