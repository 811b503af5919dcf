package org.dxos.dmg.select;

import static org.dxos.dmg.select.MemoryCatalog.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Optional;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.FunctionEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionTest {

  private static final String A = "org.dxos/module/a";

  private final MemoryCatalog catalog =
      new MemoryCatalog()
          .add(record(A, "1.0.0"))
          .add(record(A, "1.2.0").function(FunctionEntry.of(Name.parse("org.dxos/function/f"))))
          .yanked(record(A, "1.3.0"))
          .add(record(A, "2.0.0-rc.1"))
          .add(record(A, "1.10.0-beta"))
          .add(record("org.dxos/module/only-pre", "0.1.0-a"))
          .yanked(record("org.dxos/module/gone", "1.0.0"))
          .tag(A, "beta", "2.0.0-rc.1")
          .tag(A, "bad", "1.3.0");

  @ParameterizedTest
  @CsvSource({
    "org.dxos/module/a,1.2.0",
    "org.dxos/module/a@latest,1.2.0",
    "org.dxos/module/a@1.0.0,1.0.0",
    "org.dxos/module/a@1.3.0,1.3.0",
    "org.dxos/module/a@^1,1.2.0",
    "org.dxos/module/a@>=1,1.2.0",
    "org.dxos/module/a@*,1.2.0",
    "org.dxos/module/a@>=2.0.0-rc.0,2.0.0-rc.1",
    "org.dxos/module/a@beta,2.0.0-rc.1",
    "org.dxos/function/f,1.2.0"
  })
  void theNewestThatFitsIsFound(String dxn, String version) {
    assertEquals(
        version,
        assertInstanceOf(Selection.Found.class, Selection.of(catalog, Dxn.parse(dxn)))
            .release()
            .version()
            .toString());
  }

  /** A yanked release is chosen by its exact version only, not by a tag that points to it. */
  @ParameterizedTest
  @CsvSource({
    "org.dxos/module/a@^3",
    "org.dxos/module/a@1.1.0",
    "org.dxos/module/a@bad",
    "org.dxos/module/a@nothing",
    "org.dxos/module/a@>1.2.0 <2.0.0",
    "org.dxos/module/only-pre",
    "org.dxos/module/gone",
    "org.dxos/module/gone@^1"
  })
  void whatNothingFitsIsNoVersion(String dxn) {
    assertInstanceOf(Selection.NoVersion.class, Selection.of(catalog, Dxn.parse(dxn)));
  }

  @Test
  void aMissIsToldByItsKind() {
    assertInstanceOf(
        Selection.NoName.class, Selection.of(catalog, Dxn.parse("org.dxos/module/zzz")));
    assertInstanceOf(
        Selection.NoAuthority.class, Selection.of(catalog, Dxn.parse("org.other/module/a")));
    Release one = catalog.all().getFirst();
    assertInstanceOf(
        Selection.NoCid.class,
        Selection.of(catalog, Dxn.parse(MemoryCatalog.link("x").toString())));
    for (var cid : java.util.List.of(one.envelope(), one.record())) {
      assertEquals(new Selection.Found(one), Selection.of(catalog, Dxn.parse(cid.toString())));
      assertEquals(new Selection.Found(one), Selection.of(catalog, Dxn.parse(A + "@" + cid)));
    }
    assertEquals(Optional.empty(), catalog.authority("org.other"));
  }
}
