package org.dxos.dmg.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.junit.jupiter.api.Test;

class DomainProofTest {

  private static final Cid ID = DagCbor.cid(new byte[] {(byte) 0xa0});
  private static final Cid OTHER = DagCbor.cid(new byte[] {(byte) 0x80});

  private final Map<String, List<String>> txt = new HashMap<>();
  private final Map<String, String> web = new HashMap<>();
  private final NameProof proof =
      new DomainProof(
          new DomainProof.Lookups() {
            @Override
            public List<String> txt(String name) {
              return txt.getOrDefault(name, List.of());
            }

            @Override
            public Optional<byte[]> https(String url, int limit) {
              return Optional.ofNullable(web.get(url))
                  .map(text -> text.getBytes(StandardCharsets.UTF_8));
            }
          });

  private void names(Cid id, Optional<String> node) {
    assertEquals(new NameProof.Answer.Names(id, node), proof.ask("org.dxos"));
  }

  private void silent() {
    assertInstanceOf(NameProof.Answer.Silent.class, proof.ask("org.dxos"));
  }

  @Test
  void aTextRecordNamesTheAuthorityAndItsNode() {
    txt.put("_dmg.dxos.org", List.of("v=spf1 -all", "v=dmg1; id=" + ID));
    names(ID, Optional.empty());
    txt.put("_dmg.dxos.org", List.of("v=dmg1;id=" + ID + "; node=https://dmg.dxos.org; later=1"));
    names(ID, Optional.of("https://dmg.dxos.org"));
  }

  @Test
  void aLongerNameIsProvedAtItsOwnDomain() {
    txt.put("_dmg.dxos.org", List.of("v=dmg1; id=" + ID));
    txt.put("_dmg.labs.dxos.org", List.of("v=dmg1; id=" + OTHER));
    assertEquals(new NameProof.Answer.Names(OTHER, Optional.empty()), proof.ask("org.dxos.labs"));
  }

  @Test
  void recordsThatContradictEachOtherProveNothing() {
    txt.put("_dmg.dxos.org", List.of("v=dmg1; id=" + ID, "v=dmg1; id=" + OTHER));
    silent();
  }

  @Test
  void recordsOfAnotherKindProveNothing() {
    for (String text : List.of("", "id=" + ID, "v=dmg2; id=" + ID, "v=dmg1", "v=dmg1; id=x")) {
      txt.put("_dmg.dxos.org", List.of(text));
      silent();
    }
  }

  @Test
  void theWebSiteIsAskedWhereDnsIsSilent() {
    String url = "https://dxos.org/.well-known/dmg.json";
    web.put(url, "{\"v\": \"dmg1\", \"id\": \"" + ID + "\"}");
    names(ID, Optional.empty());
    txt.put("_dmg.dxos.org", List.of("v=dmg1; id=" + OTHER));
    names(OTHER, Optional.empty());
    txt.clear();
    for (String body : List.of("", "[]", "{}", "{\"v\": \"dmg2\", \"id\": \"" + ID + "\"}")) {
      web.put(url, body);
      silent();
    }
  }

  @Test
  void whatHasNoDomainIsNotAsked() {
    txt.put("_dmg.me.local", List.of("v=dmg1; id=" + ID));
    assertInstanceOf(NameProof.Answer.Silent.class, proof.ask("local.me"));
  }
}
