package org.dxos.dmg.sync.replica;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.admission.LearnedSpace;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.SyncException;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;

/** Takes from another member what it has of a space: who is in it first, then all that is held. */
public final class SpacePull {

  /** Of a space's log, after which what has come is taken over before more is read. */
  private static final long ENOUGH_BYTES = 8L << 20;

  private final SpaceHolder holder;
  private final Remote remote;
  private final long enough;

  /**
   * @param remote of a member; it is asked about this space alone
   */
  public SpacePull(SpaceHolder holder, Remote remote) {
    this(holder, remote, ENOUGH_BYTES);
  }

  /**
   * @param enough bytes of the log that are taken over at a time
   */
  public SpacePull(SpaceHolder holder, Remote remote, long enough) {
    this.enough = enough;
    this.holder = holder;
    this.remote = in(remote, holder.id());
  }

  /** A node that is asked about one space. */
  public static Remote in(Remote remote, Cid space) {
    return new Remote() {
      @Override
      public String name() {
        return remote.name();
      }

      @Override
      public Answer ask(Request request) throws IOException {
        return remote.ask(request.in(space));
      }
    };
  }

  /**
   * Takes everything.
   *
   * @param cursor where the last pull of it ended
   * @throws IOException if the remote breaks off, as it does with who is no member
   * @throws SyncException if it does not keep to the protocol
   */
  public Result all(Optional<Cursor> cursor) throws IOException {
    log();
    return held(cursor);
  }

  /**
   * Takes everything but who is in it.
   *
   * @param cursor where the last pull of it ended
   */
  public Result held(Optional<Cursor> cursor) throws IOException {
    Pull pull = new Pull(holder, remote, Follow.ALL, Quota.none(), cursor);
    Pull.Outcome outcome = pull.all();
    return new Result(outcome, pull.cursor());
  }

  /**
   * What came of it.
   *
   * @param cursor where the next pull may begin
   */
  public record Result(Pull.Outcome outcome, Optional<Cursor> cursor) {}

  /**
   * Takes who is in it, however long the log is: oldest first, some at a time.
   *
   * @throws SyncException with {@link ErrorCode#NOT_FOUND} if there is no answer, as for who is no
   *     member
   */
  public void log() throws IOException {
    log(holder.space().map(SpaceLog::last).map(Signed::cid));
  }

  /**
   * Takes who is in it, after an entry.
   *
   * @param after envelope of an entry that the remote knows; empty for all from the first
   */
  public void log(Optional<Cid> after) throws IOException {
    Request.Want want = new Request.Want(holder.id(), after, List.of());
    Map<Cid, byte[]> come = new HashMap<>();
    List<Cid> envelopes = new ArrayList<>();
    long bytes = 0;
    try (Remote.Answer answer = remote.ask(new Request.Log(List.of(want)))) {
      for (Optional<Item> item = answer.next(); ; item = answer.next()) {
        if (item.isEmpty()) {
          throw new SyncException(
              come.isEmpty() ? ErrorCode.NOT_FOUND : ErrorCode.SYNC_PROTOCOL,
              "read the log of a space: it ends too early",
              "");
        }
        if (item.get() instanceof Item.Block block) {
          bytes += block.bytes().length;
          Cid cid = DagCbor.cid(block.bytes());
          come.put(cid, block.bytes());
          boolean entry = isEntry(block.bytes(), come);
          if (entry) {
            envelopes.add(cid);
          }
          if (bytes > enough && entry) {
            take(envelopes, come);
            envelopes.clear();
            come.clear();
            bytes = 0;
          } else if (bytes > enough + BlockStore.MAX_BLOCK_BYTES) {
            throw new SyncException(
                ErrorCode.TOO_LARGE,
                "read the log of a space: " + bytes + " bytes that are no entries",
                "");
          }
        } else if (item.get() instanceof Item.Said said) {
          Fields fields = Fields.of("answer to `log`", ErrorCode.SYNC_PROTOCOL, said.fields());
          Cid end = fields.link("end");
          Optional<String> error = fields.optionalText("error");
          fields.end();
          if (!end.equals(holder.id()) || error.isPresent()) {
            throw new SyncException(
                ErrorCode.SYNC_PROTOCOL,
                "read the log of a space: it ends with " + error.orElse("another"),
                "");
          }
          break;
        }
      }
    }
    take(envelopes, come);
  }

  private void take(List<Cid> envelopes, Map<Cid, byte[]> come) {
    if (envelopes.isEmpty()) {
      return;
    }
    LearnedSpace learned =
        holder.learnLog(List.copyOf(envelopes), cid -> Optional.ofNullable(come.get(cid)));
    if (learned.refusal().isPresent()) {
      throw new SyncException(
          ErrorCode.SYNC_PROTOCOL,
          "take the log of a space: " + learned.refusal().get().message(),
          "");
    }
  }

  private static boolean isEntry(byte[] block, Map<Cid, byte[]> come) {
    try {
      byte[] body = come.get(Envelope.decode(block).body());
      return body != null && Body.decode(body) instanceof SpaceEntry;
    } catch (FormatException e) {
      return false; // a body, or something that nobody asked for
    }
  }
}
