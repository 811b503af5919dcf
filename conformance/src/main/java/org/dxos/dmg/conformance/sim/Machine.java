package org.dxos.dmg.conformance.sim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.dxos.dmg.admission.HeadKeys;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.MemoryBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.verdict.AuthorityView;

/** One node: a disk, the keys of its heads, and the process over them, which can end and begin. */
final class Machine extends Running {

  final String name;
  final boolean honest;
  final Map<String, Cursor> cursors = new HashMap<>();
  private final List<SigningKey> keys;
  private final LongSupplier clock;

  /**
   * @param clock seconds, UTC, as this machine has it
   */
  Machine(
      String name,
      boolean honest,
      MemoryBlockStore store,
      List<SigningKey> keys,
      LongSupplier clock) {
    super(new Disk(store));
    this.name = name;
    this.honest = honest;
    this.keys = new ArrayList<>(keys);
    this.clock = clock;
    begin();
  }

  /** Those that sign heads here, as they are now. */
  HeadKeys headKeys() {
    return new HeadKeys(keys);
  }

  @Override
  String name() {
    return name;
  }

  @Override
  Registrar boot() {
    return new Registrar(
        disk,
        headKeys(),
        () -> Instant.ofEpochSecond(clock.getAsLong()),
        Thread.ofVirtual().factory());
  }

  /** From now on this machine can sign heads with one key more. */
  void addKey(SigningKey key) {
    keys.add(key);
    restart();
  }

  List<SigningKey> keys() {
    return List.copyOf(keys);
  }

  long now() {
    return clock.getAsLong();
  }

  @Override
  public Optional<AuthorityView> authority(Cid id) {
    return super.authority(id).filter(view -> !Registrar.isLocal(view.name()));
  }
}
