package org.dxos.dmg.publish;

import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.manifest.Finding;

/** A manifest with faults: all of them. */
public final class InvalidManifestException extends Explained {

  private final List<Finding> findings;

  InvalidManifestException(String file, List<Finding> findings) {
    super(
        ErrorCode.MANIFEST_INVALID,
        "read manifest `"
            + file
            + "`: "
            + findings.size()
            + (findings.size() == 1 ? " fault" : " faults"),
        "mend these in the manifest and publish again; nothing was published");
    this.findings = List.copyOf(findings);
  }

  /** One line a fault, with its JSON pointer; its own hint after it. */
  public List<String> findings() {
    List<String> lines = new ArrayList<>();
    for (Finding finding : findings) {
      lines.add(finding.message() + finding.hint().map(hint -> " (" + hint + ")").orElse(""));
    }
    return lines;
  }
}
