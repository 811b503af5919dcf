package org.dxos.dmg.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.UnsatisfiableException;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;

/** A node answered that it could not, or could not be reached. */
public final class RemoteException extends Explained {

  RemoteException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }

  /**
   * The failure in an answer: what the node says it is, with the same class that the embedded store
   * would throw.
   */
  static RuntimeException of(String url, int status, byte[] body) {
    try {
      Fields problem = Fields.of("problem", ErrorCode.JSON_SYNTAX, Json.parse(body));
      ErrorCode code = ErrorCode.valueOf(problem.text("code"));
      String detail = problem.prose("detail");
      String hint = problem.optionalProse("hint").orElse("");
      if (code == ErrorCode.UNSATISFIABLE) {
        return new UnsatisfiableException(
            detail,
            texts(problem.optionalNode("explanation")),
            hint,
            problem.optionalNode("derivation").orElse(Node.Map.EMPTY) instanceof Node.Map map
                ? map
                : Node.Map.EMPTY);
      }
      List<String> near = texts(problem.optionalNode("near"));
      if (!near.isEmpty()) {
        return new NotFoundException(code, detail, near, hint);
      }
      return new RemoteException(code, detail, hint);
    } catch (FormatException | IllegalArgumentException e) {
      return new RemoteException(
          ErrorCode.UNREACHABLE,
          "ask " + url + ": status " + status + " without a problem that can be read",
          "check that the URL is that of a DMG node");
    }
  }

  private static List<String> texts(Optional<Node> node) {
    List<String> texts = new ArrayList<>();
    if (node.isPresent() && node.get() instanceof Node.Array array) {
      array
          .items()
          .forEach(
              item ->
                  texts.add(item instanceof Node.Text text ? text.value() : String.valueOf(item)));
    }
    return texts;
  }
}
