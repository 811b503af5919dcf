package org.dxos.dmg.dxn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameTest {

  private static final String CID = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
  private static final String KEY =
      "k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8";

  @Test
  void partsAreThoseOfTheText() {
    Name name = Name.parse("ORG.dxos~" + CID + "/function/tasks/task-create");
    assertEquals(new Authority.Dns("org.dxos", Optional.of(Cid.parse(CID))), name.authority());
    assertEquals("org.dxos", name.authority().base());
    assertEquals(Optional.of(Cid.parse(CID)), name.authority().claim());
    assertEquals(Kind.FUNCTION, name.kind());
    assertEquals("tasks/task-create", name.local());
    assertEquals("function/tasks/task-create", name.path());
    assertEquals("org.dxos~" + CID + "/function/tasks/task-create", name.toString());
    assertEquals("dxn://" + name, name.dxnUri());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.dxos/function/x@1.2.3",
        "dxn://org.dxos/function/x",
        "org.dxos.function.x",
        CID,
        "org.dxos",
        "org.dxos/function/x ",
        "",
        "/",
        "//",
        "org.dxos/function/\u0445"
      })
  void parseTakesTheSlashFormAlone(String text) {
    FormatException refused = assertThrows(FormatException.class, () -> Name.parse(text));
    assertEquals(ErrorCode.NAME_SYNTAX, refused.code());
  }

  @Test
  void refusalTellsDetailCodeAndOffset() {
    String message =
        assertThrows(FormatException.class, () -> Name.parse("org.dxos/function/foo--bar"))
            .message();
    assertEquals(
        "read name `org.dxos/function/foo--bar`: SEGMENT_SYNTAX at offset 22:"
            + " expected a-z, 0-9, or one `-` between them",
        message);
  }

  @Test
  void constructorsCheckAsTheReaderDoes() {
    Authority dxos = new Authority.Dns("org.dxos");
    for (String local : List.of("", "X", "a//b", "a/", "a-", "a/b/c/d/e", "a@1", "a".repeat(64))) {
      assertThrows(FormatException.class, () -> new Name(dxos, Kind.API, local), local);
    }
    for (String domain : List.of("", "org", "Org.dxos", "org.dxos~x", "org..dxos", "org/dxos")) {
      assertThrows(FormatException.class, () -> new Authority.Dns(domain), domain);
    }
    Cid raw = Cid.of(Cid.RAW, new byte[0]);
    assertThrows(FormatException.class, () -> new Authority.Dns("org.dxos", Optional.of(raw)));
    assertThrows(FormatException.class, () -> new Authority.Key("k51"));
  }

  @Test
  void nameHasAsManyOctetsAsTheLimitAndNotOneMore() {
    String label = "a".repeat(63);
    String domain = "org." + label + "." + label + "." + label; // 195 octets
    String head = domain + "/api/" + "b".repeat(63) + "/"; // 264
    Name longest = Name.parse(head + "c".repeat(53));
    assertEquals(Name.MAX_LENGTH, longest.toString().length());
    assertEquals(
        "NAME_TOO_LONG",
        code(assertThrows(FormatException.class, () -> Name.parse(head + "c".repeat(54)))));
    // The id of a claim does not count.
    String claimed = longest.toString().replaceFirst("/", "~" + CID + "/");
    assertEquals(claimed, Name.parse(claimed).toString());
  }

  @Test
  void domainHasAsManyOctetsAsTheLimitAndNotOneMore() {
    String label = "a".repeat(63);
    String head = "org." + label + "." + label + "." + label + "."; // 196 octets
    assertEquals(253, new Authority.Dns(head + "b".repeat(57)).text().length());
    assertEquals(
        "AUTHORITY_TOO_LONG",
        code(assertThrows(FormatException.class, () -> new Authority.Dns(head + "b".repeat(58)))));
    assertEquals(
        "AUTHORITY_LABEL",
        code(
            assertThrows(FormatException.class, () -> new Authority.Dns("org." + "a".repeat(64)))));
  }

  private static String code(FormatException refused) {
    String message = refused.message();
    int end = message.indexOf(" at offset");
    return message.substring(message.lastIndexOf(' ', end - 1) + 1, end);
  }

  @Test
  void keyAuthorityIsTheKeyItself() {
    Authority.Key authority =
        assertInstanceOf(Authority.Key.class, Name.parse(KEY + "/function/x").authority());
    assertEquals(KEY, authority.peer().keyAuthority());
    assertEquals(authority, new Authority.Key(authority.peer()));
    assertEquals(Optional.empty(), Name.parse(KEY + "/function/x").nsid());
  }

  @Property(tries = 100)
  void everyKeyHasOneSpellingAndNoOther(@ForAll @Size(32) byte[] key) {
    String text = new PeerId(key).keyAuthority();
    assertEquals(62, text.length());
    assertEquals(new PeerId(key), new Authority.Key(text).peer());
    assertThrows(FormatException.class, () -> Authority.parse(text.toUpperCase(Locale.ROOT)));
    assertThrows(FormatException.class, () -> Authority.parse(text + "0"));
  }

  @Test
  void localIsWhatBeginsWithThatLabel() {
    assertTrue(Authority.parse("local.bob").isLocal());
    assertTrue(Authority.parse("LOCAL.bob").isLocal());
    assertFalse(Authority.parse("locals.bob").isLocal());
    assertFalse(Authority.parse("org.local").isLocal());
    assertFalse(Authority.parse(KEY).isLocal());
  }

  @Test
  void kindsAreThoseThatCanBePublishedAndThoseThatCanBeNamed() {
    assertEquals(
        List.of("function", "module", "api", "service", "agent", "runtime"),
        Arrays.stream(Kind.values()).filter(Kind::publishable).map(Kind::text).toList());
    assertEquals(
        List.of("type", "plugin", "skill", "operation", "event", "relation"),
        Arrays.stream(Kind.values()).filter(kind -> !kind.publishable()).map(Kind::text).toList());
    assertEquals(Optional.empty(), Kind.of("Function"));
  }

  @Test
  void orderIsThatOfTheText() {
    List<Name> names = new ArrayList<>();
    List<String> texts =
        List.of("com.a/api/x", "com.a-b/api/x", "com.a.b/api/x", "com.a/api/x/y", "com.a/api/x-y");
    texts.forEach(text -> names.add(Name.parse(text)));
    Collections.sort(names);
    assertEquals(texts.stream().sorted().toList(), names.stream().map(Name::toString).toList());
  }

  @Test
  void nsidIsAbsentWhereItWouldBeReadAsAnotherName() {
    assertEquals(Optional.empty(), Name.parse("org.dxos/function/foo-2").nsid());
    assertEquals(Optional.empty(), Name.parse("com.service.api/function/run").nsid());
    assertEquals(
        Optional.of("com.service.api.function.run"),
        Name.parse("com.service/api/function/run").nsid());
    assertEquals(Optional.of("org.dxos.api.a-1.bC2"), Name.parse("org.dxos/api/a-1/b-c2").nsid());
    assertEquals(Optional.empty(), Name.parse("org.dxos~" + CID + "/function/x").nsid());
  }

  @Property(tries = 300)
  void nsidIsReadAsTheNameThatHasIt(@ForAll("names") Name name) {
    assertEquals(name, Name.parse(name.toString()));
    name.nsid()
        .ifPresent(
            nsid ->
                assertEquals(
                    new DxnResult.Parsed(new Dxn.Named(name, Selector.LATEST), Form.NSID),
                    Dxn.read("dxn:" + nsid)));
  }

  @Provide
  Arbitrary<Name> names() {
    // Kinds as labels and as segments, too, where the dotted form may be ambiguous.
    Arbitrary<String> words = Arbitraries.of("a", "api", "type", "foo-bar", "b2", "c-3", "x-y-z");
    Arbitrary<String> domains =
        words.list().ofMinSize(1).ofMaxSize(3).map(labels -> "org." + String.join(".", labels));
    Arbitrary<String> locals =
        words.list().ofMinSize(1).ofMaxSize(4).map(segments -> String.join("/", segments));
    return Combinators.combine(domains, Arbitraries.of(Kind.class), locals)
        .as((domain, kind, local) -> new Name(new Authority.Dns(domain), kind, local));
  }
}
