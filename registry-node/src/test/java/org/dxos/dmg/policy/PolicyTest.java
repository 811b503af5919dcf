package org.dxos.dmg.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyTest {

  private static final Cid ID = DagCbor.cid(new byte[] {(byte) 0xa0});

  @TempDir Path home;

  private static Policy read(String json) {
    return Policy.of(Json.parse(json));
  }

  @Test
  void everyFieldIsReadAndWrittenAgain() {
    Policy policy =
        read(
            """
            {"pins": {"org.dxos": "%s"}, "tofu": "dns", "allow": ["org.dxos", "com.example.*"],
             "deny": ["com.example.evil"], "deniedBlocks": ["%s"], "minAge": "72h", "maxHeadAge": "7d",
             "pullThrough": "anyone", "pullNetworks": ["fd00::/8", "10.0.0.0/8"], "serve": "anyone"}\
            """
                .formatted(ID, ID));
    assertEquals(Optional.of(Policy.Tofu.DNS), policy.tofu());
    assertEquals(Optional.of(Duration.ofHours(72)), policy.minAge());
    assertEquals(Optional.of(Duration.ofDays(7)), policy.maxHeadAge());
    assertEquals(policy, Policy.of(policy.toNode()));
    assertNotEquals(Policy.OPEN.digest(), policy.digest());
    assertEquals(DagCbor.cid(new byte[] {(byte) 0xa0}), Policy.OPEN.digest(), "the empty map's");
  }

  @Test
  void linkedNodesAreAskedUnlessThePolicySaysOtherwise() {
    assertEquals(Reach.From.PEERS, Policy.OPEN.reach().from());
    assertFalse(Policy.OPEN.reach().toAnyone());
    assertEquals(Reach.From.OFF, read("{\"pullThrough\": \"off\"}").reach().from());
    assertEquals(Policy.OPEN, read("{\"serve\": \"linked\"}"));
    for (String wrong :
        List.of(
            "{\"pullThrough\": \"all\"}",
            "{\"serve\": \"everybody\"}",
            "{\"pullNetworks\": [\"10.0.0.1/8\"]}",
            "{\"pullNetworks\": [\"10.0.0.0\"]}",
            "{\"pullNetworks\": [\"10.0.0.0/33\"]}",
            "{\"pullNetworks\": [\"example.com/8\"]}")) {
      FormatException e = assertThrows(FormatException.class, () -> read(wrong), wrong);
      assertEquals(ErrorCode.POLICY_INVALID, e.code());
    }
  }

  @Test
  void aDomainLeadsIntoThePublicInternetAndListedNetworksAlone() {
    Reach reach = read("{\"pullNetworks\": [\"10.1.0.0/16\", \"fd00::/8\"]}").reach();
    for (String allowed :
        List.of("203.0.113.7", "10.1.0.0", "10.1.255.255", "fd12::1", "2001:db8::1")) {
      assertTrue(reach.mayDial(InetAddress.ofLiteral(allowed)), allowed);
    }
    for (String forbidden :
        List.of("10.0.255.255", "10.2.0.0", "127.0.0.1", "fc00::1", "::ffff:10.2.0.1", "::1")) {
      assertFalse(reach.mayDial(InetAddress.ofLiteral(forbidden)), forbidden);
    }
  }

  @Test
  void allowAndDenyAreNamesOrPrefixes() {
    Policy policy =
        read("{\"allow\": [\"org.dxos\", \"com.example.*\"], \"deny\": [\"com.example.evil\"]}");
    for (String name : List.of("org.dxos", "com.example.labs", "com.example.labs.x")) {
      assertTrue(policy.admits(name), name);
    }
    for (String name :
        List.of("org.dxos.labs", "com.example", "com.example.evil", "com.examplex.a")) {
      assertFalse(policy.admits(name), name);
    }
    assertTrue(Policy.OPEN.admits("com.anything"));
  }

  @Test
  void whatIsNoPolicyIsRefused() {
    for (String json :
        List.of(
            "[]",
            "{\"tofu\": \"maybe\"}",
            "{\"pin\": {}}",
            "{\"pins\": {\"org.dxos\": \"x\"}}",
            "{\"pins\": {\"Org.dxos\": \"" + ID + "\"}}",
            "{\"allow\": [\"org\"]}",
            "{\"allow\": [1]}",
            "{\"minAge\": \"soon\"}",
            "{\"maxHeadAge\": \"-1d\"}")) {
      FormatException e = assertThrows(FormatException.class, () -> read(json), json);
      assertEquals(ErrorCode.POLICY_INVALID, e.code(), json);
    }
  }

  @Test
  void aChangedFileIsInForceAtOnceAndABrokenOneIsNot() throws IOException {
    PolicyFile file = new PolicyFile(home);
    assertEquals(Policy.OPEN, file.current());
    Path json = home.resolve("policy.json");
    Files.writeString(json, "{\"tofu\": \"never\"}");
    assertEquals(Optional.of(Policy.Tofu.NEVER), file.current().tofu());
    Files.writeString(json, "{\"tofu\": \"sometimes\"}");
    Files.setLastModifiedTime(json, FileTime.from(Instant.ofEpochSecond(1_800_000_000)));
    assertEquals(Optional.of(Policy.Tofu.NEVER), file.current().tofu());
    assertTrue(file.fault().orElseThrow().contains("sometimes"));
    assertThrows(FormatException.class, () -> new PolicyFile(home));
    Files.delete(json);
    assertEquals(Policy.OPEN, file.current());
  }

  @Test
  void aDecisionIsLoggedWithItsReason() {
    PolicyFile file = new PolicyFile(home);
    file.change(decision("pin", "known"), policy -> policy.pinned("org.dxos", ID));
    file.change(decision("unpin", "forgotten"), policy -> policy.unpinned("org.dxos"));
    assertEquals(2, file.decisions().size());
    assertTrue(file.decisions().getFirst().contains("\"reason\":\"known\""));
    assertTrue(file.decisions().getFirst().contains("\"authority\":\"" + ID + "\""));
    assertEquals(Policy.OPEN, file.current());
  }

  private static PolicyFile.Decision decision(String did, String reason) {
    return new PolicyFile.Decision(did, "org.dxos", Optional.of(ID), reason, Instant.EPOCH);
  }

  @Test
  void decisionsOfSeveralAtATimeAreAllKept() throws Exception {
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Future<Policy>> all = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String name = "com.example" + i;
        all.add(
            threads.submit(
                () ->
                    new PolicyFile(home) // as another process would have it
                        .change(decision("pin", "race"), policy -> policy.pinned(name, ID))));
      }
      for (Future<Policy> one : all) {
        one.get();
      }
    }
    assertEquals(40, new PolicyFile(home).current().pins().size());
    assertEquals(40, new PolicyFile(home).decisions().size());
  }

  @Test
  void aLogThatWasCutOffLosesOneLineAndNoMore() throws IOException {
    PolicyFile file = new PolicyFile(home);
    file.change(decision("pin", "known"), policy -> policy.pinned("org.dxos", ID));
    String line = Files.readString(home.resolve("trust.log"));
    Files.writeString(home.resolve("trust.log"), line + line.substring(0, line.length() / 2));
    file.change(decision("unpin", "forgotten"), policy -> policy.unpinned("org.dxos"));
    assertEquals(3, file.decisions().size());
    assertTrue(file.decisions().getLast().contains("forgotten"));
  }

  @Test
  void aDecisionDoesNotWriteOverAPolicyThatCannotBeRead() throws IOException {
    PolicyFile file = new PolicyFile(home);
    Files.writeString(home.resolve("policy.json"), "{\"tofu\": \"nev");
    assertThrows(
        FormatException.class,
        () -> file.change(decision("pin", "known"), policy -> policy.pinned("org.dxos", ID)));
    assertEquals("{\"tofu\": \"nev", Files.readString(home.resolve("policy.json")));
    assertEquals(List.of(), file.decisions());
  }
}
