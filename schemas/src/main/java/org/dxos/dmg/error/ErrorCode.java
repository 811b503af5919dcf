package org.dxos.dmg.error;

/**
 * The codes of every failure, one per cause. Programs read {@link #name()}; a code is never renamed
 * or given another meaning.
 *
 * <p>Names have finer codes of their own, {@code DxnError}, which are reported beside {@link
 * #NAME_SYNTAX}.
 */
public enum ErrorCode {
  // bytes
  CBOR_STRICT(Outcome.FAILED),
  CBOR_DEPTH(Outcome.FAILED),
  CBOR_TRUNCATED(Outcome.FAILED),
  CID_SYNTAX(Outcome.USAGE),
  CID_UNSUPPORTED(Outcome.FAILED),
  VARINT(Outcome.FAILED),
  MULTIBASE(Outcome.FAILED),
  JSON_SYNTAX(Outcome.FAILED),
  CAR_SYNTAX(Outcome.FAILED),
  DAG_PB(Outcome.FAILED),
  DAG_BUDGET(Outcome.FAILED),
  BLOCK_CORRUPT(Outcome.UNTRUSTED),
  BLOCK_MISSING(Outcome.NOT_FOUND),
  BLOCK_TOO_LARGE(Outcome.FAILED),
  SIZE_EXCEEDED(Outcome.UNTRUSTED),

  // names, versions, manifests, records, bundles
  NAME_SYNTAX(Outcome.USAGE),
  VERSION_SYNTAX(Outcome.USAGE),
  RANGE_SYNTAX(Outcome.USAGE),
  MANIFEST_MISSING(Outcome.FAILED),
  MANIFEST_INVALID(Outcome.FAILED),
  IMPORT_SYNTAX(Outcome.FAILED),
  RECORD_INVALID(Outcome.FAILED),
  BUNDLE_PATH(Outcome.FAILED),
  BUNDLE_ENTRY(Outcome.FAILED),

  // trust
  BODY_INVALID(Outcome.UNTRUSTED),
  KEY_WEAK(Outcome.UNTRUSTED),
  KEY_SCOPE(Outcome.UNTRUSTED),
  KEY_EXPIRED(Outcome.UNTRUSTED),
  KEY_REVOKED(Outcome.UNTRUSTED),
  KEY_MISSING(Outcome.UNTRUSTED),
  POLICY_INVALID(Outcome.UNTRUSTED),
  POLICY_DENIED(Outcome.UNTRUSTED),
  WITHHELD(Outcome.UNTRUSTED),
  SIGNATURE_INVALID(Outcome.UNTRUSTED),
  STATEMENT_REFUSED(Outcome.UNTRUSTED),
  HEAD_REFUSED(Outcome.UNTRUSTED),
  MST_SHAPE(Outcome.UNTRUSTED),
  SEQ_GAP(Outcome.UNTRUSTED),
  ROLLBACK(Outcome.UNTRUSTED),
  FORKED(Outcome.UNTRUSTED),
  HISTORY_GAP(Outcome.UNTRUSTED),
  STALE_HEAD(Outcome.UNTRUSTED),
  AUTHORITY_CONTESTED(Outcome.CONFLICT),
  AUTHORITY_CHANGED(Outcome.UNTRUSTED),
  AUTHORITY_NEW(Outcome.UNTRUSTED),
  AUTHORITY_UNKNOWN(Outcome.NOT_FOUND),
  DEP_AUTHORITY_MISMATCH(Outcome.UNTRUSTED),
  CONFLICT(Outcome.CONFLICT),
  NOT_HOME(Outcome.CONFLICT),
  NOT_VERIFIED(Outcome.UNTRUSTED),

  // resolving
  NOT_FOUND(Outcome.NOT_FOUND),
  NO_VERSION(Outcome.NOT_FOUND),
  WITHDRAWN(Outcome.UNTRUSTED),
  UNSATISFIABLE(Outcome.UNSATISFIABLE),
  LOCK_INVALID(Outcome.UNTRUSTED),
  LOCK_OUTDATED(Outcome.CONFLICT),

  // queries
  SPARQL_SYNTAX(Outcome.USAGE),
  SPARQL_FORBIDDEN(Outcome.USAGE),
  QUERY_TIMEOUT(Outcome.FAILED),
  QUERY_LIMIT(Outcome.FAILED),

  // machine, node, command
  USAGE(Outcome.USAGE),
  UNSUPPORTED(Outcome.FAILED),
  STORAGE(Outcome.FAILED),
  STORAGE_FULL(Outcome.FAILED),
  DATA_DIR_LOCKED(Outcome.CONFLICT),
  FORMAT_NEWER(Outcome.FAILED),
  TARGET_EXISTS(Outcome.CONFLICT),
  ADDRESS_IN_USE(Outcome.FAILED),
  HOST(Outcome.USAGE),
  TOKEN(Outcome.UNTRUSTED),
  TOO_LARGE(Outcome.FAILED),
  QUOTA(Outcome.FAILED),
  BUSY(Outcome.FAILED),
  SYNC_PROTOCOL(Outcome.UNTRUSTED),
  INVITATION(Outcome.UNTRUSTED),
  UNREACHABLE(Outcome.UNREACHABLE),
  INTERNAL(Outcome.FAILED);

  private final Outcome outcome;

  ErrorCode(Outcome outcome) {
    this.outcome = outcome;
  }

  /** The family of outcomes that decides the exit code of the command. */
  public Outcome outcome() {
    return outcome;
  }

  /** The exit codes of the command {@code dmg}. */
  public enum Outcome {
    FAILED(1),
    USAGE(2),
    NOT_FOUND(3),
    CONFLICT(4),
    UNTRUSTED(5),
    UNSATISFIABLE(6),
    UNREACHABLE(7);

    private final int exitCode;

    Outcome(int exitCode) {
      this.exitCode = exitCode;
    }

    /** The exit code of a process that ends with this outcome; done is 0. */
    public int exitCode() {
      return exitCode;
    }
  }
}
