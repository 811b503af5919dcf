package org.dxos.dmg.manifest;

import java.util.List;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** What reading a manifest gives. */
public sealed interface ManifestResult {

  record Valid(Manifest manifest) implements ManifestResult {}

  /**
   * @param findings one or more, in the order of the manifest's format
   */
  record Invalid(List<Finding> findings) implements ManifestResult {
    public Invalid {
      findings = List.copyOf(findings);
      if (findings.isEmpty()) {
        throw new IllegalArgumentException("invalid without a finding");
      }
    }

    /** The findings as one failure: the first in words, the others as a count. */
    public FormatException failure() {
      Finding first = findings.getFirst();
      int others = findings.size() - 1;
      String more = others == 0 ? "" : " (and " + others + (others == 1 ? " other)" : " others)");
      return new FormatException(
          ErrorCode.MANIFEST_INVALID,
          "read manifest: " + first.message() + more,
          first.hint().orElse(""));
    }
  }

  /**
   * The manifest.
   *
   * @throws FormatException with {@link ErrorCode#MANIFEST_INVALID} if there is none
   */
  default Manifest orThrow() {
    return switch (this) {
      case Valid valid -> valid.manifest();
      case Invalid invalid -> throw invalid.failure();
    };
  }
}
