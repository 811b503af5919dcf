package org.dxos.dmg.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebianPackagesTest {

  private static final String CONTROL =
      """
      # made by hand
      Package: hello
      Version: 2.10-3
      Architecture: amd64
      Section: devel
      Maintainer: nobody
      Pre-Depends: init (>= 1:1.0~)
      Depends: libc6 (>= 2.34),
       python3:any (<< 4) | perl
      Recommends: world
      Provides: greeting, farewell (= 2)
      Conflicts: goodbye (<< 1.0)
      Breaks: goodnight
      Size: 53080
      SHA256: abcdef
      Source: hello-src (2.10)
      Multi-Arch: foreign
      Description: says hello
       At length.
       .
       And again.


      Package: libc6
      Version: 2.36
      Architecture: amd64
      """;

  private static final String JSON =
      """
      {"name":"hello","version":"2.10-3","arch":"amd64","section":"devel","description":"says hello\\nAt length.\\n\\nAnd again.","size":53080,"sha256":"abcdef","provides":[{"name":"greeting"},{"name":"farewell","version":"2"}],"depends":[[{"name":"init","op":">=","version":"1:1.0~"}],[{"name":"libc6","op":">=","version":"2.34"}],[{"name":"python3","arch":"any","op":"<<","version":"4"},{"name":"perl"}]],"recommends":[[{"name":"world"}]],"conflicts":[{"name":"goodbye","op":"<<","version":"1.0"},{"name":"goodnight"}],"breaksFrom":1,"multiArch":"foreign","source":"hello-src (2.10)"}

      {"name":"libc6","version":"2.36","arch":"amd64"}
      """;

  @Test
  void paragraphsAreReadWithAllTheirFields() throws IOException {
    DebianPackage hello = read(CONTROL).getFirst();
    assertEquals("hello 2.10-3", hello.toString());
    assertEquals(Optional.of("says hello\nAt length.\n\nAnd again."), hello.description());
    assertEquals(
        List.of("init (>= 1:1.0~)", "libc6 (>= 2.34)", "python3:any (<< 4) | perl"),
        DebianPackage.texts(hello.depends()));
    assertEquals(1, hello.preDepends());
    assertEquals(List.of("greeting", "farewell (= 2)"), DebianPackage.texts(hello.provides()));
    assertEquals(List.of("goodbye (<< 1.0)"), DebianPackage.texts(hello.conflicts()));
    assertEquals(List.of("goodnight"), DebianPackage.texts(hello.breaks()));
    assertEquals(53080, hello.size().orElseThrow());
  }

  @Test
  void bothFormsSayTheSame() throws IOException {
    DebianPackage control = read(CONTROL).getFirst();
    DebianPackage json = read(JSON).getFirst();
    assertEquals(withoutPreDepends(control), json);
    assertEquals(read(CONTROL).getLast(), read(JSON).getLast());
  }

  /** The lines have one list for both kinds of dependency. */
  private static DebianPackage withoutPreDepends(DebianPackage one) {
    return new DebianPackage(
        one.name(),
        one.version(),
        one.architecture(),
        one.section(),
        one.description(),
        one.size(),
        one.sha256(),
        one.source(),
        one.multiArch(),
        one.provides(),
        one.depends(),
        0,
        one.recommends(),
        one.conflicts(),
        one.breaks());
  }

  @Test
  void fileIsToldByItsContentWhateverItsName(@TempDir Path folder) throws IOException {
    for (String text : List.of(CONTROL, JSON)) {
      Path plain = folder.resolve("list.bin");
      Files.writeString(plain, text);
      Path packed = folder.resolve("list.txt");
      Files.write(packed, gzip(text));
      assertEquals(2, DebianPackages.read(plain).size());
      assertEquals(DebianPackages.read(plain).all(), DebianPackages.read(packed).all());
    }
  }

  @Test
  void emptyListHasNoPackages() throws IOException {
    assertEquals(List.of(), read(""));
    assertEquals(List.of(), read("\n\n"));
  }

  @Test
  void badLineIsAnErrorWithItsNumber() {
    assertFault(
        "read package list at line 2: ",
        "{\"name\":\"a\",\"version\":\"1\",\"arch\":\"all\"}\n{\"name\":}\n");
    assertFault(
        "line 1: read package: it has the unknown field `colour`",
        "{\"name\":\"a\",\"version\":\"1\",\"arch\":\"all\",\"colour\":1}");
    assertFault(
        "line 1: read Debian version", "{\"name\":\"a\",\"version\":\"-\",\"arch\":\"all\"}");
    assertFault(
        "line 3: has the relation `libc6 (2.34)`",
        "Package: a\nVersion: 1\nDepends: libc6 (2.34)\nArchitecture: all\n");
    assertFault("line 2: it has no `Field:` at its beginning", "Package: a\nnonsense\n");
    assertFault("line 1: it goes on with a field, and none was begun", " a\n");
    assertFault(
        "line 3: it has the field `package` for the second time",
        "Package: a\nVersion: 1\nPackage: b\n");
    assertFault(
        "line 3: it begins a package without `version`", "\n\nPackage: a\nArchitecture: all\n");
    assertFault("line 2: has the relation `b (<> 1)`", "Package: a\nDepends: b (<> 1)\n");
    assertFault(
        "line 1: has the package name `a b`",
        "{\"name\":\"a b\",\"version\":\"1\",\"arch\":\"all\"}");
    assertFault(
        "line 1: provides `b (>= 1)`",
        "Package: a\nVersion: 1\nArchitecture: all\nProvides: b (>= 1)\n");
    assertFault(
        "line 2: it is no well-formed UTF-8", new byte[] {'A', ':', '\n', (byte) 0xff, '\n'});
  }

  @Test
  void limitsHold() {
    byte[] longLine =
        ("Package: " + "a".repeat(DebianPackages.MAX_LINE) + "\n")
            .getBytes(StandardCharsets.US_ASCII);
    assertEquals(ErrorCode.TOO_LARGE, fault(longLine, DebianPackages.MAX_BYTES).code());
    byte[] longField =
        ("Package: a\nDescription: a\n" + (" " + "b".repeat(100_000) + "\n").repeat(11))
            .getBytes(StandardCharsets.US_ASCII);
    assertEquals(ErrorCode.TOO_LARGE, fault(longField, DebianPackages.MAX_BYTES).code());
    FormatException whole = fault(CONTROL.getBytes(StandardCharsets.UTF_8), 100);
    assertEquals(ErrorCode.TOO_LARGE, whole.code());
    assertEquals("read package list at line 1: the list has more than 100 bytes", whole.message());
    String alternatives = "a|".repeat(DebianPackage.MAX_ALTERNATIVES) + "a";
    assertFault("line 1: has a clause of 1001 alternatives", "Depends: " + alternatives + "\n");
    assertFault(
        "line 1: has the package name `aaaa",
        "Package: " + "a".repeat(256) + "\nVersion: 1\nArchitecture: all\n");
  }

  @Test
  void damagedArchiveIsRefused() throws IOException {
    byte[] packed = gzip(CONTROL.repeat(20).replace("# made by hand\n", "\n"));
    FormatException refused =
        fault(java.util.Arrays.copyOf(packed, packed.length / 2), DebianPackages.MAX_BYTES);
    assertEquals(ErrorCode.IMPORT_SYNTAX, refused.code());
  }

  @Test
  void controlsInProseAreTakenOut() {
    assertEquals(Optional.of("a b\ncd"), Prose.cleaned("a\tb\ncd\u0007\u202e"));
    assertEquals(Optional.empty(), Prose.cleaned(" \u0000 "));
  }

  private static void assertFault(String part, String text) {
    assertFault(part, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertFault(String part, byte[] text) {
    FormatException refused = fault(text, DebianPackages.MAX_BYTES);
    assertTrue(refused.message().contains(part), refused.message());
    assertEquals(ErrorCode.IMPORT_SYNTAX, refused.code());
  }

  private static FormatException fault(byte[] text, long maxBytes) {
    return assertThrows(
        FormatException.class, () -> DebianPackages.read(new ByteArrayInputStream(text), maxBytes));
  }

  private static List<DebianPackage> read(String text) throws IOException {
    return DebianPackages.read(
            new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
            DebianPackages.MAX_BYTES)
        .all();
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }
}
