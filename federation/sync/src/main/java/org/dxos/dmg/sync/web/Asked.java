package org.dxos.dmg.sync.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.wire.SyncException;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpHeader;

/**
 * One request, and its answer as it comes; what is too large is ended where it is seen to be.
 * Called by one thread of the client at a time.
 */
final class Asked implements Response.Listener {

  /** That there is no such thing, or that it is not given out. */
  private static final Set<Integer> NOTHING = Set.of(404, 410, 451);

  private static final int OK = 200;
  private static final int REDIRECTS = 3;

  /** What a page may take that says that there is nothing: read, so that the connection lasts. */
  private static final long MAX_PAGE_BYTES = 16_384;

  private final WebAddress place;
  private final String path;
  private final int most;
  private final CompletableFuture<Optional<byte[]>> answer = new CompletableFuture<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private Optional<Request> request = Optional.empty();
  private boolean nothing;

  /**
   * @param most bytes that the answer may have
   */
  Asked(WebAddress place, String path, int most) {
    this.place = place;
    this.path = path;
    this.most = most;
  }

  String path() {
    return path;
  }

  CompletableFuture<Optional<byte[]>> answer() {
    return answer;
  }

  /**
   * Asks.
   *
   * @param nanos for all of it
   */
  void send(HttpClient client, long nanos) {
    Request sent =
        client
            .newRequest("https://" + place.authority() + place.prefix() + path)
            .headers(
                headers ->
                    headers
                        .put(HttpHeader.ACCEPT, "*/*")
                        .put(HttpHeader.ACCEPT_ENCODING, "identity"))
            .timeout(nanos, TimeUnit.NANOSECONDS);
    request = Optional.of(sent);
    sent.send(this);
  }

  /** Nobody waits for it any more. */
  void end() {
    request.ifPresent(one -> one.abort(new IOException("nobody waits for it")));
  }

  @Override
  public void onHeaders(Response response) {
    int status = response.getStatus();
    long length = response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    nothing = NOTHING.contains(status);
    if (nothing) {
      boolean chunked = response.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
      if (length > MAX_PAGE_BYTES || (length < 0 && !chunked)) {
        abort(response, new IOException("what comes after is not read"));
      }
    } else if (status != OK) {
      abort(
          response,
          place.refused(
              "status " + status + (status / 100 == REDIRECTS ? ", and nothing is followed" : "")));
    } else if (length > most) {
      abort(response, tooLarge());
    }
  }

  @Override
  public void onContent(Response response, ByteBuffer content) {
    int size = body.size() + content.remaining();
    if (size > (nothing ? MAX_PAGE_BYTES : most)) {
      content.position(content.limit());
      abort(response, tooLarge());
      return;
    }
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    body.writeBytes(bytes);
  }

  @Override
  public void onComplete(Result result) {
    if (nothing) {
      answer.complete(Optional.empty()); // however the page ends that says so
    } else if (result.isFailed()) {
      answer.completeExceptionally(result.getFailure());
    } else {
      answer.complete(Optional.of(body.toByteArray()));
    }
  }

  private static void abort(Response response, Exception why) {
    Object unused = response.abort(why);
  }

  private SyncException tooLarge() {
    return new SyncException(
        ErrorCode.TOO_LARGE,
        "read answer of `" + place.authority() + "`: more than " + most + " bytes",
        "");
  }
}
