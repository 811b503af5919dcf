package org.dxos.dmg.verdict;

import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** Something offered was not admitted. */
public abstract sealed class AdmissionException extends Explained {

  private AdmissionException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }

  /** It breaks a rule. */
  public static final class Refused extends AdmissionException {
    public Refused(ErrorCode code, String message, String hint) {
      super(code, message, hint);
    }

    public Refused(ErrorCode code, String message) {
      this(code, message, "");
    }
  }

  /** Another statement stands where this one wants to be. */
  public static final class Conflict extends AdmissionException {
    private final Cid standing;

    public Conflict(Cid standing, String message) {
      super(
          ErrorCode.CONFLICT,
          message,
          "a published version never changes; publish the change under a new version");
      this.standing = standing;
    }

    /** The envelope that stands. */
    public Cid standing() {
      return standing;
    }
  }
}
