package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.PublicBlocks;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.replica.Rules;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.sync.wire.Request;

/**
 * What is told to nodes that are not linked, where the operator says so: key logs, heads, proofs of
 * forks and public blocks of authorities whose id they know. Never which authorities there are, and
 * never what waits. Safe for many threads.
 */
final class Strangers {

  /** Authorities in one request: a pull asks for one. */
  private static final int MAX_WANTS = 16;

  /** Blocks in one request. */
  private static final int MAX_BLOCKS = 256;

  /** All of them together; the linked have the rest of the machine. */
  private static final int AT_ONCE = 8;

  private final Holder holder;
  private final Responder responder;
  private final PublicBlocks blocks;
  private final Semaphore turns = new Semaphore(AT_ONCE);

  Strangers(Holder holder, Responder responder, PublicBlocks blocks) {
    this.holder = holder;
    this.responder = responder;
    this.blocks = blocks;
  }

  /** True if this may be asked by anybody, and somebody has time for it; {@link #end} then. */
  boolean begin(Request request) {
    boolean small =
        switch (request) {
          case Request.Log log -> log.want().size() <= MAX_WANTS;
          case Request.Forks forks -> forks.genesis().size() <= MAX_WANTS;
          case Request.Blocks some -> some.cids().size() <= MAX_BLOCKS;
          case Request.Roots _, Request.Tree _, Request.Submit _ -> false;
          case Request.Announce _, Request.Join _ -> false;
        };
    return small
        && !request.isAboutSpaces()
        && holder.rules().tellsStrangers()
        && turns.tryAcquire();
  }

  void end() {
    turns.release();
  }

  void answer(Request request, ItemWriter out) throws IOException {
    switch (request) {
      case Request.Log log -> log(log, out);
      case Request.Forks forks ->
          responder.forks(
              new Request.Forks(forks.genesis().stream().filter(this::isOpen).toList()), out);
      case Request.Blocks some -> blocks(some, out);
      default -> throw new IllegalStateException("not begun: " + request);
    }
  }

  /** What is not let out is answered like what is not there. */
  private void log(Request.Log request, ItemWriter out) throws IOException {
    for (Request.Want want : request.want()) {
      if (isOpen(want.genesis())) {
        responder.log(new Request.Log(List.of(want)), out);
      } else {
        out.say(
            new MapBuilder().put("end", Node.of(want.genesis())).put("error", "not held").build());
      }
    }
  }

  private boolean isOpen(Cid genesis) {
    Rules rules = holder.rules();
    return holder.authority(genesis).filter(view -> rules.admits(view.name())).isPresent();
  }

  private void blocks(Request.Blocks request, ItemWriter out) throws IOException {
    List<Cid> missing = new ArrayList<>();
    for (Cid cid : request.cids()) {
      Optional<byte[]> block = blocks.get(cid);
      if (block.isPresent()) {
        out.block(block.get());
      } else {
        missing.add(cid);
      }
    }
    out.say(new MapBuilder().put("missing", missing, Node::of).build());
  }
}
