package org.dxos.dmg.node.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeoutException;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.json.Json;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures as {@code application/problem+json}. */
final class Problems {

  static final String MEDIA_TYPE = "application/problem+json";

  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  static void send(Exchange exchange, Throwable failure) {
    if (failure instanceof HttpException http) {
      send(exchange, http.getCode(), code(http.getCode()), "read request: " + http.getReason(), "");
      return;
    }
    if (failure instanceof IOException) {
      boolean slow = failure.getCause() instanceof TimeoutException;
      LOG.debug("{} {} broke off", exchange.method(), exchange.rawPath(), failure);
      send(
          exchange,
          slow ? 408 : 400,
          ErrorCode.USAGE,
          "read body of `"
              + exchange.rawPath()
              + "`: it "
              + (slow ? "stopped coming" : "broke off"),
          "send it whole");
      return;
    }
    if (failure instanceof Explained explained) {
      MapBuilder problem = problem(explained.code(), explained.message());
      explained.hint().ifPresent(hint -> problem.put("hint", hint));
      if (failure instanceof org.dxos.dmg.verdict.AdmissionException.Conflict conflict) {
        problem.put("standing", conflict.standing().toString());
      }
      if (failure instanceof org.dxos.dmg.api.UnsatisfiableException unsatisfiable) {
        problem.put("explanation", unsatisfiable.explanation(), Node::of);
        problem.put("derivation", unsatisfiable.derivation());
      }
      if (failure instanceof org.dxos.dmg.api.NotFoundException missing) {
        problem.put("near", missing.near(), Node::of);
      }
      // What this node holds is damaged: that is no fault of what was asked.
      boolean disk = failure instanceof StorageException.Corrupt;
      write(exchange, disk ? 503 : status(explained.code()), problem);
    } else {
      LOG.error("{} {} failed", exchange.method(), exchange.rawPath(), failure);
      write(
          exchange,
          500,
          problem(ErrorCode.INTERNAL, "answer `" + exchange.rawPath() + "`: " + failure));
    }
  }

  static void send(Exchange exchange, int status, ErrorCode code, String detail, String hint) {
    MapBuilder problem = problem(code, detail);
    if (!hint.isEmpty()) {
      problem.put("hint", hint);
    }
    write(exchange, status, problem);
  }

  /** The code of a request that the server refused before anybody looked at it. */
  static ErrorCode code(int status) {
    return switch (status) {
      case 413, 414, 431 -> ErrorCode.TOO_LARGE;
      default -> status >= 500 ? ErrorCode.INTERNAL : ErrorCode.USAGE;
    };
  }

  private static MapBuilder problem(ErrorCode code, String detail) {
    return new MapBuilder()
        .put("type", "about:blank")
        .put("code", code.name())
        .put("title", code.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '))
        .put("detail", detail);
  }

  private static void write(Exchange exchange, int status, MapBuilder problem) {
    problem.put("status", status);
    if (exchange.response().isCommitted()) {
      exchange.callback().failed(new IllegalStateException("failed after the answer had begun"));
      return;
    }
    exchange.headers().remove(HttpHeader.ETAG).remove(HttpHeader.CACHE_CONTROL);
    exchange.send(
        status, MEDIA_TYPE, Json.pretty(problem.build()).getBytes(StandardCharsets.UTF_8));
  }

  /** The status of a code; the exit code of the command comes from the same families. */
  static int status(ErrorCode code) {
    return switch (code) {
      case HOST, TOKEN, POLICY_DENIED -> 403;
      case WITHHELD -> 451;
      case WITHDRAWN -> 410;
      case NOT_VERIFIED, KEY_SCOPE, KEY_EXPIRED, KEY_REVOKED, SIGNATURE_INVALID -> 422;
      case TOO_LARGE, BLOCK_TOO_LARGE -> 413;
      case QUERY_TIMEOUT -> 408;
      case QUERY_LIMIT -> 413;
      case UNSUPPORTED -> 501;
      case STORAGE, BUSY -> 503;
      case STORAGE_FULL -> 507;
      case INTERNAL -> 500;
      default ->
          switch (code.outcome()) {
            case NOT_FOUND -> 404;
            case CONFLICT, UNSATISFIABLE -> 409;
            case UNTRUSTED -> 422;
            case UNREACHABLE -> 502;
            case FAILED, USAGE -> 400;
          };
    };
  }
}
