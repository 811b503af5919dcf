package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.api.Events;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.Signed;

/**
 * The journal as events: one for each key log entry, and one for each statement that a head adds.
 */
public final class JournalEvents implements Events {

  private final BlockStore store;
  private final Registrar registrar;

  public JournalEvents(BlockStore store, Registrar registrar) {
    this.store = store;
    this.registrar = registrar;
    registrar.onCommit(_ -> wake());
  }

  private synchronized void wake() {
    notifyAll();
  }

  @Override
  public List<Event> after(long position, int limit) {
    List<Event> events = new ArrayList<>();
    for (JournalEntry entry : store.journal(position, limit)) {
      switch (entry.kind()) {
        case AUTHORITY -> {
          AuthorityEntry body = Signed.read(store, entry.envelope(), AuthorityEntry.class).body();
          events.add(
              new Event(
                  entry.position(),
                  new MapBuilder()
                      .put("kind", "authority")
                      .put("name", body.authority())
                      .put("authority", entry.genesis().toString())
                      .put("envelope", entry.envelope().toString())
                      .build()));
        }
        case HEAD -> addHead(entry, events);
        case SPACE ->
            events.add(
                new Event(
                    entry.position(),
                    new MapBuilder()
                        .put("kind", "members")
                        .put("envelope", entry.envelope().toString())
                        .build()));
        case STANDING ->
            events.add(
                new Event(
                    entry.position(),
                    new MapBuilder()
                        .put("kind", "standing")
                        .put(
                            "name",
                            registrar.authority(entry.genesis()).map(one -> one.name()).orElse("?"))
                        .put("authority", entry.genesis().toString())
                        .put("envelope", entry.envelope().toString())
                        .build()));
      }
      if (events.size() >= limit) {
        break; // a head is never cut: its position is that of all its events
      }
    }
    return events;
  }

  private void addHead(JournalEntry entry, List<Event> events) {
    Head head = Signed.read(store, entry.envelope(), Head.class).body();
    String authority = registrar.authority(entry.genesis()).map(one -> one.name()).orElse("?");
    for (Cid added : head.added()) {
      Statement statement = Signed.read(store, added, Statement.class).body();
      MapBuilder data =
          new MapBuilder()
              .put("kind", statement.op().text())
              .put("name", authority + "/" + statement.path())
              .put("authority", entry.genesis().toString())
              .put("envelope", added.toString())
              .put("head", entry.envelope().toString());
      switch (statement.op()) {
        case Statement.Release release ->
            data.put("version", release.version()).put("record", release.module().toString());
        case Statement.Tag tag -> data.put("tag", tag.tag()).put("version", tag.version());
        case Statement.Yank yank ->
            data.put("version", yank.version()).put("reason", yank.reason());
        case Statement.Unyank unyank -> data.put("version", unyank.version());
        case Statement.Withdraw withdraw ->
            data.put("version", withdraw.version()).put("reason", withdraw.reason());
        case Statement.Deprecate deprecate ->
            data.put("version", deprecate.version(), Node::of)
                .put("range", deprecate.range(), Node::of)
                .put("reason", deprecate.reason())
                .put("successor", deprecate.successor(), Node::of);
        case Statement.Promote _ -> {}
      }
      events.add(new Event(entry.position(), data.build()));
    }
  }

  @Override
  public long end() {
    return store.journalEnd();
  }

  @Override
  public synchronized void await(long position, long millis) throws InterruptedException {
    if (store.journalEnd() <= position) {
      wait(millis);
    }
  }
}
