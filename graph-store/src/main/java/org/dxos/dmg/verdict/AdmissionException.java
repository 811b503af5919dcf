package org.dxos.dmg.verdict;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** Something offered was not admitted. */
public abstract sealed class AdmissionException extends RuntimeException implements Explained {

  private AdmissionException(String message) {
    super(message);
  }

  @Override
  public String message() {
    return String.valueOf(getMessage());
  }

  /** It breaks a rule. */
  public static final class Refused extends AdmissionException {
    private final ErrorCode code;
    private final String hint;

    public Refused(ErrorCode code, String message, String hint) {
      super(message);
      this.code = code;
      this.hint = hint;
    }

    public Refused(ErrorCode code, String message) {
      this(code, message, "");
    }

    @Override
    public ErrorCode code() {
      return code;
    }

    @Override
    public Optional<String> hint() {
      return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
    }
  }

  /** Another statement stands where this one wants to be. */
  public static final class Conflict extends AdmissionException {
    private final Cid standing;

    public Conflict(Cid standing, String message) {
      super(message);
      this.standing = standing;
    }

    /** The envelope that stands. */
    public Cid standing() {
      return standing;
    }

    @Override
    public ErrorCode code() {
      return ErrorCode.CONFLICT;
    }

    @Override
    public Optional<String> hint() {
      return Optional.of(
          "a published version never changes; publish the change under a new version");
    }
  }
}
