package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.block.RocksBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Standing.Contest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A home that is cut off at its worst moments, or does not hold all that its key log names. */
class HomeFaultsTest {

  @TempDir Path folder;

  /** The process ends: nothing after it is done, and nothing is answered. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** A store whose process is killed before or after the next commit is on disk. */
  private static final class Mortal implements BlockStore {
    private final BlockStore inner;
    private Consumer<Batch> before = _ -> {};
    private Runnable after = () -> {};

    private Mortal(BlockStore inner) {
      this.inner = inner;
    }

    @Override
    public long commit(Batch batch) {
      before.accept(batch);
      long position = inner.commit(batch);
      after.run();
      return position;
    }

    @Override
    public Optional<byte[]> get(Cid cid) {
      return inner.get(cid);
    }

    @Override
    public boolean has(Cid cid) {
      return inner.has(cid);
    }

    @Override
    public Optional<byte[]> register(String name) {
      return inner.register(name);
    }

    @Override
    public List<String> registers(String prefix) {
      return inner.registers(prefix);
    }

    @Override
    public byte[] journalId() {
      return inner.journalId();
    }

    @Override
    public long journalEnd() {
      return inner.journalEnd();
    }

    @Override
    public List<JournalEntry> journal(long position, int limit) {
      return inner.journal(position, limit);
    }

    @Override
    public void eachBlock(Consumer<Cid> visitor) {
      inner.eachBlock(visitor);
    }

    @Override
    public long size(Cid cid) {
      return inner.size(cid);
    }

    @Override
    public void compact() {
      inner.compact();
    }

    @Override
    public void checkpoint(Path home) {
      inner.checkpoint(home);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private Registrar registrar(BlockStore store, long time) {
    return new Registrar(
        store,
        new HeadKeys(List.of(World.HEAD)),
        () -> Instant.ofEpochSecond(time),
        Thread.ofVirtual().factory());
  }

  private static Signed<Head> tip(Registrar registrar) {
    return registrar.authority("org.dxos").orElseThrow().head().orElseThrow();
  }

  /** A world of blocks to sign with, whose authority and one release are in {@code home}. */
  private World grown() {
    World world = new World(folder.resolve("home"));
    AuthorityView view = world.claim("org.dxos");
    world.publish(view, "module/a", "1.0.0");
    return world;
  }

  private static Cid release(World world, String version) {
    AuthorityView view = world.registrar.authority("org.dxos").orElseThrow();
    Statement statement =
        World.statement(
            view,
            "module/a",
            World.OWNER.publicKey(),
            world.release(World.record("org.dxos/module/a", version).build()));
    return world.sign(statement, World.OWNER);
  }

  @Test
  void aHeadThatWasSignedAndNotPersistedWasNeverSaid() {
    Cid lost;
    Cid other;
    World world = grown();
    lost = release(world, "1.1.0");
    other = release(world, "1.2.0");
    world.close();
    Mortal store = new Mortal(RocksBlockStore.open(folder.resolve("home"), new Random(2)));
    Batch[] unsaid = {new Batch()};
    try (Registrar registrar = registrar(store, World.START + 10)) {
      store.before =
          batch -> {
            unsaid[0] = batch;
            throw new Killed();
          };
      assertThrows(Killed.class, () -> Registrar.await(registrar.submit(lost, world.offered())));
      assertEquals(0, tip(registrar).body().epoch(), "a head is shown that is not on disk");
    }
    store.close();
    // The same epoch is signed for something else: nobody has seen the first, so there is no fork.
    try (RocksBlockStore again = RocksBlockStore.open(folder.resolve("home"), new Random(3));
        Registrar registrar = registrar(again, World.START + 20)) {
      Receipt receipt = Registrar.await(registrar.submit(other, world.offered()));
      AuthorityView view = registrar.authority("org.dxos").orElseThrow();
      assertEquals(1, tip(registrar).body().epoch());
      assertEquals(receipt.head(), tip(registrar).cid());
      assertEquals(List.of(), view.standing().forks());
      assertTrue(unsaid[0].get(receipt.head()).isEmpty());
      // And the one that was cut off is handed in again, and is the next.
      assertEquals(
          Receipt.Status.ADDED, Registrar.await(registrar.submit(lost, world.offered())).status());
      assertEquals(2, tip(registrar).body().epoch());
    }
  }

  @Test
  void aHeadThatWasPersistedAndNotAnsweredStandsAndTheRetryIsToldSo() {
    World world = grown();
    Cid said = release(world, "1.1.0");
    world.close();
    Mortal store = new Mortal(RocksBlockStore.open(folder.resolve("home"), new Random(2)));
    try (Registrar registrar = registrar(store, World.START + 10)) {
      store.after =
          () -> {
            throw new Killed();
          };
      assertThrows(Killed.class, () -> Registrar.await(registrar.submit(said, world.offered())));
    }
    store.close();
    try (RocksBlockStore again = RocksBlockStore.open(folder.resolve("home"), new Random(3));
        Registrar registrar = registrar(again, World.START + 20)) {
      Cid head = tip(registrar).cid();
      assertEquals(1, tip(registrar).body().epoch());
      Receipt receipt = Registrar.await(registrar.submit(said, world.offered()));
      assertEquals(Receipt.Status.HELD, receipt.status());
      assertEquals(head, receipt.head());
      assertEquals(head, tip(registrar).cid());
    }
  }

  @Test
  void theHomeSignsNothingWhileALastGoodHeadIsNotHeld() {
    try (World world = grown()) {
      AuthorityView view = world.registrar.authority("org.dxos").orElseThrow();
      // A head that another copy of this home has signed; this one has never seen it.
      Head unseen =
          new Head(
              view.id(),
              Optional.empty(),
              0,
              1,
              view.head().map(Signed::cid),
              view.keyHead().cid(),
              List.of(),
              view.head().orElseThrow().body().state(),
              World.START + 5,
              World.START + 500,
              Optional.empty());
      Cid elsewhere = world.sign(unseen, World.HEAD);
      AuthorityEntry before = view.keyHead().body();
      AuthorityEntry entry =
          new AuthorityEntry(
              before.authority(),
              1,
              Optional.of(view.id()),
              Optional.of(view.keyHead().cid()),
              before.owners(),
              before.recovery(),
              before.home(),
              List.of(),
              List.of(new Revoked(World.DELEGATE.publicKey(), Optional.of(elsewhere), "lost")),
              Optional.empty(),
              World.sorted(World.OWNER),
              World.START + 6,
              Optional.empty());
      Cid revoking = world.sign(entry, World.OWNER);
      byte[] withheld = world.blocks.remove(elsewhere);
      world.registrar.learn(view.id(), List.of(revoking), world.offered(), Registrar.Binding.NEVER);
      long end = world.store.journalEnd();
      Cid statement = release(world, "1.1.0");
      for (int i = 0; i < 2; i++) {
        AdmissionException refused =
            assertThrows(
                AdmissionException.class,
                () -> Registrar.await(world.registrar.submit(statement, world.offered())));
        assertEquals(ErrorCode.BLOCK_MISSING, refused.code());
        assertTrue(refused.message().contains(elsewhere.toString()), refused.message());
      }
      assertEquals(
          ErrorCode.BLOCK_MISSING,
          assertThrows(AdmissionException.class, () -> world.registrar.renew(view.id())).code());
      assertEquals(end, world.store.journalEnd());
      // It comes, is the head that goes on, and the home signs after it.
      world.blocks.put(elsewhere, withheld);
      world.registrar.learn(
          view.id(), List.of(elsewhere), world.offered(), Registrar.Binding.NEVER);
      Registrar.await(world.registrar.submit(statement, world.offered()));
      assertEquals(2, tip(world.registrar).body().epoch());
    }
  }

  // ---- two envelopes of one body ----

  private static final BigInteger ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  private static byte[] sha512(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static BigInteger little(byte[] bytes) {
    byte[] big = new byte[bytes.length + 1];
    for (int i = 0; i < bytes.length; i++) {
      big[bytes.length - i] = bytes[i];
    }
    return new BigInteger(big);
  }

  private static BigInteger scalar(SigningKey key) {
    byte[] half = Arrays.copyOf(sha512(key.seed()), 32);
    half[0] &= (byte) 248;
    half[31] &= 127;
    half[31] |= 64;
    return little(half);
  }

  /**
   * An Ed25519 signature whose nonce is the secret of another key: valid, and not that of the RFC.
   */
  private static byte[] drawn(SigningKey key, SigningKey nonce, byte[] message) {
    byte[] r = nonce.publicKey().bytes();
    BigInteger k = little(sha512(r, key.publicKey().bytes(), message)).mod(ORDER);
    byte[] s = scalar(nonce).add(k.multiply(scalar(key))).mod(ORDER).toByteArray();
    byte[] signature = Arrays.copyOf(r, 64);
    for (int i = 0; i < s.length && i < 32; i++) {
      signature[32 + i] = s[s.length - 1 - i];
    }
    return signature;
  }

  @Test
  void twoEnvelopesOfOneHeadAreOneHeadOnEveryNodeInEveryOrder() {
    try (World world = grown()) {
      AuthorityView view = world.registrar.authority("org.dxos").orElseThrow();
      Signed<Head> first = view.head().orElseThrow();
      byte[] message = Body.signedBytes(Head.TYPE, first.envelope().body());
      Envelope second =
          new Envelope(
              first.envelope().body(),
              List.of(
                  new Envelope.Signature(
                      World.HEAD.publicKey(), drawn(World.HEAD, World.key(9), message))));
      Cid other = world.put(second.encode());
      assertNotEquals(first.cid(), other);
      // A head after it, whose link is the other envelope.
      Head next =
          new Head(
              view.id(),
              Optional.empty(),
              0,
              1,
              Optional.of(other),
              view.keyHead().cid(),
              List.of(),
              first.body().state(),
              World.START + 5,
              World.START + 500,
              Optional.empty());
      Cid after = world.sign(next, World.HEAD);
      Cid lowest = first.cid().compareTo(other) < 0 ? first.cid() : other;
      List<List<Cid>> orders =
          List.of(
              List.of(first.cid(), other, after),
              List.of(other, after, first.cid()),
              List.of(after, first.cid(), other));
      Cid root = Cid.of(Cid.RAW, new byte[0]);
      for (int i = 0; i < orders.size(); i++) {
        try (RocksBlockStore store =
                RocksBlockStore.open(folder.resolve("reader" + i), new Random(i));
            Registrar reader = registrar(store, World.START + 10)) {
          reader.learn(
              view.id(), List.of(view.keyHead().cid()), world.store, Registrar.Binding.FIRST_USE);
          for (Cid envelope : orders.get(i)) {
            reader.learn(
                view.id(),
                List.of(envelope),
                cid -> world.offered().get(cid).or(() -> world.store.get(cid)),
                Registrar.Binding.NEVER);
          }
          // What waits for something does so within one submission; it is offered again.
          reader.learn(
              view.id(),
              orders.get(i),
              cid -> world.offered().get(cid).or(() -> world.store.get(cid)),
              Registrar.Binding.NEVER);
          AuthorityView seen = reader.authority(view.id()).orElseThrow();
          assertEquals(Contest.NONE, seen.standing().contest());
          assertEquals(List.of(), seen.standing().forks());
          assertEquals(after, seen.head().orElseThrow().cid());
          assertTrue(store.has(first.cid()) && store.has(other), "an envelope is not fetchable");
          if (i > 0) {
            assertEquals(root, reader.root(), "the order of arrival shows");
          }
          root = reader.root();
        }
        // With nothing after them, the lowest CID of the two is the one that is shown.
        try (RocksBlockStore store =
                RocksBlockStore.open(folder.resolve("short" + i), new Random(i));
            Registrar reader = registrar(store, World.START + 10)) {
          List<Cid> both = i % 2 == 0 ? List.of(first.cid(), other) : List.of(other, first.cid());
          for (Cid envelope :
              java.util.stream.Stream.concat(
                      java.util.stream.Stream.of(view.keyHead().cid()), both.stream())
                  .toList()) {
            reader.learn(
                view.id(),
                List.of(envelope),
                cid -> world.offered().get(cid).or(() -> world.store.get(cid)),
                Registrar.Binding.FIRST_USE);
          }
          assertEquals(
              lowest, reader.authority(view.id()).orElseThrow().head().orElseThrow().cid());
        }
      }
    }
  }
}
