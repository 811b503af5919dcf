package org.dxos.dmg.dxn;

/** Why an input is no DXN: one code a cause. A code is never renamed. */
public enum DxnError {
  /** The input is over {@link Dxn#MAX_INPUT} octets. */
  TOO_LONG,
  /** White space before, after or within the name. */
  WHITESPACE,
  /** A character that no form has, or one outside printable ASCII. */
  BAD_CHAR,
  /** Percent-encoding that is broken, missing, or outside the selector of a URI. */
  PERCENT,

  /** A URI of another scheme. */
  SCHEME_UNKNOWN,
  /** {@code dxn:echo:…}, an object in an ECHO space. */
  LEGACY_ECHO,
  /** {@code dxn:queue:…}, an item of a queue. */
  LEGACY_QUEUE,
  /** {@code wrn://…}, a name of the World Resource Naming before DXNS. */
  LEGACY_WRN,
  /** {@code dxos:type/x}, a name in the DXNS registry. */
  LEGACY_DXNS,

  AUTHORITY_EMPTY,
  /** A label is not one, or there are not two. */
  AUTHORITY_LABEL,
  AUTHORITY_PUNYCODE,
  /** Over 253 octets, without {@code ~id}. */
  AUTHORITY_TOO_LONG,
  /** What follows {@code ~} is not the CID of an authority's genesis body. */
  AUTHORITY_ID,
  /** {@code k51…} that is not an Ed25519 key as a libp2p-key CID in base36. */
  AUTHORITY_KEY,

  KIND_MISSING,
  KIND_UNKNOWN,

  LOCAL_MISSING,
  SEGMENT_EMPTY,
  SEGMENT_SYNTAX,
  SEGMENT_TOO_LONG,
  TOO_MANY_SEGMENTS,
  /** Over 317 octets, without {@code ~id}. */
  NAME_TOO_LONG,

  /** Fewer labels than three. */
  NSID_SEGMENTS,
  NSID_SYNTAX,
  /** What follows {@code :} is not {@code x.y.z}. */
  NSID_VERSION,

  /** A second {@code @}. */
  SELECTOR_DUP,
  VERSION_LEADING_ZERO,
  VERSION_BUILD,
  RANGE_SYNTAX,
  TAG_SYNTAX,
  CID_INVALID
}
