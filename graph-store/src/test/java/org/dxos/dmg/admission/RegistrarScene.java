package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.version.Range;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A registrar over a store of its own, for each test. */
abstract class RegistrarScene {

  @TempDir Path folder;
  World world;

  @BeforeEach
  void open() {
    world = new World(folder.resolve("home"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  static void refused(ErrorCode code, Executable doing) {
    RuntimeException e = assertThrows(RuntimeException.class, doing);
    assertTrue(e instanceof Explained, e.toString());
    assertEquals(code, ((Explained) e).code(), e.getMessage());
  }

  static Statement owner(AuthorityView view, String path, Statement.Op op) {
    return World.statement(view, path, World.OWNER.publicKey(), op);
  }

  static Statement.Release with(
      Statement.Release one, String version, List<String> names, Map<String, Cid> authorities) {
    return new Statement.Release(version, one.module(), names, authorities);
  }

  static Dependency on(String name) {
    return new Dependency.One(Name.parse(name), Range.ANY, Optional.empty(), false);
  }

  static ModuleRecord carrying(String path, String version, String function) {
    return World.record("org.dxos/" + path, version)
        .function(FunctionEntry.of(Name.parse("org.dxos/function/" + function)))
        .build();
  }

  /** A reader needs the head and the proof's blocks, and nothing else. */
  void proves(Receipt receipt, String slot) {
    Map<Cid, byte[]> nodes = new HashMap<>();
    receipt.proof().forEach(node -> nodes.put(DagCbor.cid(node), node));
    Head head = Signed.read(world.store, receipt.head(), Head.class).body();
    MerkleSearchTree tree =
        MerkleSearchTree.at(head.state(), cid -> Optional.ofNullable(nodes.get(cid)));
    assertEquals(Optional.of(receipt.statement()), tree.get(slot));
  }

  Receipt submit(Cid envelope) {
    return Registrar.await(world.registrar.submit(envelope, world.offered()));
  }
}
