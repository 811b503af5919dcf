package org.dxos.dmg.truststore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.authority.Amendments;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.policy.Policy;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registries that answer otherwise than they hold: each lie is told from what they can prove. */
class WatchedRegistryTest {

  private final Path temp;
  private final World world =
      new World(
          () -> Instant.ofEpochSecond(1_800_000_000),
          new Random(5),
          Thread.ofPlatform().daemon().factory());
  private final LocalRegistry registry;
  private int readers;

  WatchedRegistryTest(@TempDir Path temp) {
    this.temp = temp;
    this.registry = LocalRegistry.open(temp.resolve("home"), world);
  }

  @BeforeEach
  void publish() {
    for (String version : List.of("1.0.0", "1.1.0")) {
      publisher(registry).publish(module(version));
    }
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private Publisher publisher(Registry to) {
    return new Publisher(to, new KeyRing(temp.resolve("home"), world.random()), world.clock());
  }

  private static PreparedModule module(String version) {
    return PreparedModule.of(
        ModuleRecord.named(Name.parse("com.example/module/a"), Version.parse(version)).build());
  }

  /** The registry, whose answers are changed by {@code lie}: method and answer to answer. */
  private WatchedRegistry lying(BiFunction<String, Object, Object> lie) {
    Registry liar =
        (Registry)
            Proxy.newProxyInstance(
                Registry.class.getClassLoader(),
                new Class<?>[] {Registry.class},
                (_, method, arguments) -> {
                  try {
                    return lie.apply(method.getName(), method.invoke(registry, arguments));
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    Watch watch =
        new Watch(
            new TrustStore(temp.resolve("reader" + readers++)),
            Policy.OPEN,
            NameProof.NONE,
            world.clock(),
            false,
            _ -> {},
            _ -> {});
    return new WatchedRegistry(liar, watch);
  }

  private static void refused(ErrorCode code, org.junit.jupiter.api.function.Executable asking) {
    TrustException refused = assertThrows(TrustException.class, asking);
    assertEquals(code, refused.code(), refused.message());
  }

  private static ReleaseInfo with(ReleaseInfo one, Cid record, Cid release, Cid head) {
    return new ReleaseInfo(
        one.name(),
        one.version(),
        record,
        release,
        one.genesis(),
        head,
        one.created(),
        one.module(),
        one.notices(),
        one.warnings());
  }

  @Test
  void anHonestAnswerIsBelieved() {
    WatchedRegistry honest = lying((_, answer) -> answer);
    assertEquals("1.1.0", honest.resolve("com.example/module/a").version());
    assertEquals(2, honest.module("com.example/module/a").versions().size());
    ClosureRequest asked = ClosureRequest.of("com.example/module/a", Optional.empty());
    assertEquals(1, honest.closure(asked).closure().modules().size());
    assertEquals(1, honest.explain(asked).lock().closure().modules().size());
  }

  /** Heads of the moments at which each of three versions was the newest, and the roots. */
  private List<Cid> moments(boolean roots) {
    List<Cid> moments = new ArrayList<>();
    for (String version : List.of("1.2.0", "1.3.0", "1.4.0")) {
      publisher(registry).publish(module(version));
      publisher(registry)
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse("net.other/module/b"), Version.parse(version))
                      .build()));
      moments.add(
          roots
              ? registry.registrar().root()
              : registry.authority("com.example").orElseThrow().head().orElseThrow());
    }
    return moments;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasIsBelievedFromTheHeadOfThatMoment(boolean roots) {
    List<Cid> moments = moments(roots);
    WatchedRegistry honest = lying((_, answer) -> answer);
    for (int i = 0; i < moments.size(); i++) {
      Optional<Cid> at = Optional.of(moments.get(i));
      String version = "1." + (i + 2) + ".0";
      assertEquals(version, honest.resolve("com.example/module/a", at).version());
      ClosureRequest asked = ClosureRequest.of("com.example/module/a", Optional.empty()).asOf(at);
      assertEquals(
          version, honest.closure(asked).closure().modules().getFirst().version().toString());
      assertEquals(
          version,
          honest.explain(asked).lock().closure().modules().getFirst().version().toString());
    }
    if (roots) {
      assertEquals(
          "1.3.0", honest.resolve("net.other/module/b", Optional.of(moments.get(1))).version());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAnswerOfAnotherMomentIsRefused(boolean roots) {
    List<Cid> moments = moments(roots);
    Optional<Cid> at = Optional.of(moments.get(1));
    ClosureRequest asked = ClosureRequest.of("com.example/module/a", Optional.empty());
    for (Cid other : List.of(moments.getFirst(), moments.getLast())) {
      Object release = registry.resolve("com.example/module/a", Optional.of(other));
      Object lock = registry.closure(asked.asOf(Optional.of(other)));
      Object explained = registry.explain(asked.asOf(Optional.of(other)));
      Map<String, Object> lies = Map.of("resolve", release, "closure", lock, "explain", explained);
      WatchedRegistry liar = lying((method, one) -> lies.getOrDefault(method, one));
      refused(ErrorCode.NOT_VERIFIED, () -> liar.resolve("com.example/module/a", at));
      refused(ErrorCode.NOT_VERIFIED, () -> liar.closure(asked.asOf(at)));
      refused(ErrorCode.NOT_VERIFIED, () -> liar.explain(asked.asOf(at)));
    }
  }

  @Test
  void anAnswerThatTheHeadDoesNotProveIsRefused() {
    ReleaseInfo old = registry.resolve("com.example/module/a@1.0.0");
    ReleaseInfo now = registry.resolve("com.example/module/a");
    List<ReleaseInfo> lies =
        List.of(
            with(now, old.record(), now.release(), now.head()), // another record
            with(now, now.record(), old.release(), now.head()), // another statement
            with(now, old.record(), old.release(), now.head()), // both, under a newer version
            with(now, now.record(), now.release(), now.release())); // a head that is none
    for (ReleaseInfo lie : lies) {
      WatchedRegistry liar = lying((method, one) -> method.equals("resolve") ? lie : one);
      refused(ErrorCode.NOT_VERIFIED, () -> liar.resolve("com.example/module/a"));
    }
  }

  @Test
  void aKeyLogThatIsHiddenOrAnothersIsRefused() {
    publisher(registry)
        .publish(
            PreparedModule.of(
                ModuleRecord.named(Name.parse("net.other/module/b"), Version.parse("1.0.0"))
                    .build()));
    AuthorityInfo other = registry.authority("net.other").orElseThrow();
    List<Object> lies = List.of(Optional.empty(), Optional.of(other));
    for (Object lie : lies) {
      WatchedRegistry liar = lying((method, one) -> method.equals("authority") ? lie : one);
      refused(ErrorCode.NOT_VERIFIED, () -> liar.resolve("com.example/module/a"));
      refused(ErrorCode.NOT_VERIFIED, () -> liar.module("com.example/module/a"));
    }
  }

  @Test
  void anOlderHeadIsRefusedAlsoWhereItHidesWhatIsAskedFor() {
    AuthorityInfo before = registry.authority("com.example").orElseThrow();
    publisher(registry)
        .publish(
            PreparedModule.of(
                ModuleRecord.named(Name.parse("com.example/module/late"), Version.parse("1.0.0"))
                    .build()));
    boolean[] back = {false};
    WatchedRegistry reader =
        lying(
            (method, answer) -> {
              if (back[0] && List.of("resolve", "module", "closure", "explain").contains(method)) {
                throw new NotFoundException(ErrorCode.NOT_FOUND, "no such name", List.of(), "");
              }
              return back[0] && method.equals("authority") && answer.equals(shown(registry))
                  ? Optional.of(before)
                  : answer;
            });
    String late = "com.example/module/late";
    ClosureRequest asked = ClosureRequest.of(late, Optional.empty());
    assertEquals("1.0.0", reader.resolve(late).version());
    back[0] = true;
    refused(ErrorCode.ROLLBACK, () -> reader.resolve(late));
    refused(ErrorCode.ROLLBACK, () -> reader.module(late));
    refused(ErrorCode.ROLLBACK, () -> reader.closure(asked));
    refused(ErrorCode.ROLLBACK, () -> reader.explain(asked));
    assertThrows(NotFoundException.class, () -> reader.resolve("net.other/module/b"));
  }

  private static Optional<AuthorityInfo> shown(Registry registry) {
    return registry.authority("com.example");
  }

  @Test
  void aReceiptHasToProveWhatItSays() {
    List<PublishReceipt> receipts = new ArrayList<>();
    WatchedRegistry honest =
        lying(
            (method, answer) -> {
              if (method.equals("publish")) {
                receipts.add((PublishReceipt) answer);
              }
              return answer;
            });
    publisher(honest).publish(module("1.2.0"));
    publisher(honest).say(Name.parse("com.example/module/a"), new Statement.Yank("1.0.0", "bad"));
    PublishReceipt earlier = receipts.getFirst();
    int[] version = {3};
    List<java.util.function.UnaryOperator<PublishReceipt>> lies =
        List.of(
            one -> earlier,
            one ->
                new PublishReceipt(
                    one.status(), one.statement(), earlier.head(), earlier.proof(), 9),
            one -> new PublishReceipt(one.status(), one.statement(), one.head(), List.of(), 9),
            one ->
                new PublishReceipt(one.status(), one.statement(), Optional.empty(), one.proof(), 9),
            one ->
                new PublishReceipt(
                    one.status(), one.statement(), Optional.of(one.statement()), one.proof(), 9));
    for (java.util.function.UnaryOperator<PublishReceipt> lie : lies) {
      WatchedRegistry liar =
          lying((method, one) -> method.equals("publish") ? lie.apply((PublishReceipt) one) : one);
      refused(
          ErrorCode.NOT_VERIFIED,
          () -> publisher(liar).publish(module("1." + version[0]++ + ".0")));
    }
    assertTrue(receipts.size() == 2, receipts.toString());
  }

  @Test
  void nothingIsSignedForAnAuthorityThatTheNameDoesNotMeanHere() {
    boolean[] lies = {false};
    try (LocalRegistry elsewhere = LocalRegistry.open(temp.resolve("elsewhere"), world)) {
      new Publisher(
              elsewhere, new KeyRing(temp.resolve("elsewhere"), world.random()), world.clock())
          .publish(module("6.6.6"));
      AuthorityInfo other = elsewhere.authority("com.example").orElseThrow();
      WatchedRegistry reader =
          lying((method, one) -> lies[0] && method.equals("authority") ? Optional.of(other) : one);
      assertTrue(reader.authority("com.example").isPresent());
      lies[0] = true;
      // A release that depends on it would bind the name to the wrong id, signed by who publishes.
      refused(ErrorCode.AUTHORITY_CHANGED, () -> reader.authority("com.example"));
      refused(ErrorCode.AUTHORITY_CHANGED, () -> publisher(reader).publish(module("1.5.0")));
      refused(ErrorCode.NOT_VERIFIED, () -> reader.authority("org.dxos"));
      refused(
          ErrorCode.NOT_VERIFIED,
          () ->
              reader.authority(
                  "com.example~" + registry.authority("com.example").orElseThrow().genesis()));
    }
  }

  @Test
  void noKeyLogEntryIsMadeAfterOneThatIsNotTheNewestSeen() {
    KeyRing keys = new KeyRing(temp.resolve("home"), world.random());
    AuthorityInfo before = registry.authority("com.example").orElseThrow();
    Amendments honest = new Amendments(registry, keys, world.clock());
    honest.owners("com.example", List.of(keys.make("second").publicKey()), Optional.empty());
    boolean[] back = {false};
    WatchedRegistry reader =
        lying((method, one) -> back[0] && method.equals("authority") ? Optional.of(before) : one);
    assertEquals(2, reader.authority("com.example").orElseThrow().log().size());
    back[0] = true;
    Amendments amendments = new Amendments(reader, keys, world.clock());
    refused(
        ErrorCode.ROLLBACK,
        () ->
            amendments.owners(
                "com.example", List.of(keys.make("third").publicKey()), Optional.empty()));
    assertEquals(2, registry.authority("com.example").orElseThrow().log().size());
  }
}
