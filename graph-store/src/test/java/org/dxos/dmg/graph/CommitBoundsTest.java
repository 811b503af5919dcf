package org.dxos.dmg.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.admission.Forge;
import org.dxos.dmg.admission.HeadKeys;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.MemoryBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.rdf.Ontology;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Standing;
import org.dxos.dmg.verdict.Verdict;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much one commit of the projection may come to, whatever is said. */
class CommitBoundsTest {

  private static final SigningKey OWNER = Forge.key(2);
  private static final SigningKey RECOVERY = Forge.key(3);
  private static final SigningKey HOME = Forge.key(10);

  /** Two heads of so many are more than one commit takes. */
  private static final int TAGS = GraphIndex.STATEMENTS_PER_COMMIT / 2 + 1;

  @TempDir Path folder;
  private final Forge forge = new Forge();
  private final List<Cid> offered = new ArrayList<>();

  /** Room on the disk is asked for once a commit. */
  private static BlockStore counting(BlockStore store, AtomicInteger commits) {
    return (BlockStore)
        Proxy.newProxyInstance(
            CommitBoundsTest.class.getClassLoader(),
            new Class<?>[] {BlockStore.class},
            (_, method, arguments) -> {
              if (method.getName().equals("room")) {
                commits.incrementAndGet();
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @SuppressWarnings("unchecked")
  private void head(Cid genesis, List<Statement.Op> said) {
    Standing standing = forge.verdict(genesis, offered);
    Optional<Signed<Head>> prev = standing.tip();
    MerkleSearchTree state =
        prev.isPresent()
            ? MerkleSearchTree.at(prev.get().body().state(), forge)
            : MerkleSearchTree.empty(forge);
    List<Signed<Statement>> added = new ArrayList<>();
    for (Statement.Op op : said) {
      Signed<Statement> one =
          forge.statement(standing.log(), OWNER, "module/m", Optional.empty(), op);
      Verdict verdict = Slots.apply(state, one.cid(), one.body(), standing.voided(), forge);
      state = ((Verdict.Accepted) verdict).state();
      added.add(one);
    }
    Signed<Head> head =
        forge.head(standing.log(), prev, standing.voided(), HOME, added.toArray(Signed[]::new));
    offered.add(head.cid());
  }

  @Test
  void whatIsSaidOfReleasesCountsAsTheyDo() {
    Signed<AuthorityEntry> first =
        forge.genesis(draft -> draft.head = HOME.publicKey(), OWNER, RECOVERY);
    Cid genesis = first.envelope().body();
    offered.add(first.cid());
    byte[] record =
        ModuleRecord.named(Name.parse("org.dxos/module/m"), Version.parse("1.0.0"))
            .build()
            .encode();
    head(
        genesis,
        List.of(new Statement.Release("1.0.0", forge.put(record), List.of(), java.util.Map.of())));
    AtomicInteger commits = new AtomicInteger();
    BlockStore store = counting(new MemoryBlockStore(new Random(1)), commits);
    try (Registrar registrar =
            new Registrar(
                store,
                new HeadKeys(List.of(Forge.key(99))),
                () -> Instant.ofEpochSecond(Forge.START),
                Thread.ofVirtual().factory());
        GraphIndex index = opened(registrar, genesis, store)) {
      int before = commits.get();
      for (int head = 0; head < 4; head++) {
        List<Statement.Op> tags = new ArrayList<>();
        for (int tag = 0; tag < TAGS; tag++) {
          tags.add(new Statement.Tag("t" + head + "-" + tag, "1.0.0"));
        }
        head(genesis, tags);
      }
      learn(registrar, genesis);
      index.catchUp(store.journalEnd());
      assertEquals(2, commits.get() - before);
      String count =
          new String(
              index
                  .query(
                      "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s <" + Ontology.TAGGED + "> ?o } }",
                      "text/tab-separated-values")
                  .body(),
              StandardCharsets.UTF_8);
      assertTrue(count.contains(String.valueOf(4 * TAGS)), count);
    }
  }

  private GraphIndex opened(Registrar registrar, Cid genesis, BlockStore store) {
    learn(registrar, genesis);
    GraphIndex index =
        GraphIndex.open(
            folder.resolve("rdf"),
            store,
            () -> {
              throw new IllegalStateException("nothing is asked that needs the module graph");
            });
    index.catchUp(store.journalEnd());
    return index;
  }

  private void learn(Registrar registrar, Cid genesis) {
    var unused = registrar.learn(genesis, offered, forge, Registrar.Binding.FIRST_USE).orThrow();
  }
}
