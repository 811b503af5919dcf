package org.dxos.dmg.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.FileRef;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.NewerRecord;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.unixfs.Budget;
import org.dxos.dmg.unixfs.BundleBlocks;
import org.dxos.dmg.unixfs.BundleReader;

/**
 * Whether a release says the same as the record it points to. The home node asks before it signs,
 * everybody before they resolve.
 */
public final class ReleaseRules {

  private ReleaseRules() {}

  /**
   * Checks a release that is offered to its home node.
   *
   * @param authority the name of the statement's authority
   * @param known how an authority's name is bound here
   * @return its record
   * @throws AdmissionException if it does not fit its record, or names what is not known here
   * @throws org.dxos.dmg.error.FormatException if the record is not valid
   */
  public static ModuleRecord check(
      String authority,
      Statement statement,
      Statement.Release release,
      BlockSource blocks,
      Function<String, Optional<Cid>> known) {
    ModuleRecord module = checkWithoutBundles(authority, statement, release, blocks, known);
    requireBundles(module, blocks);
    return module;
  }

  /**
   * The same, of all but the bundles, which need not have come yet.
   *
   * @param authority the name of the statement's authority
   * @param known how an authority's name is bound here
   * @return its record
   * @throws AdmissionException if it does not fit its record, or names what is not known here
   * @throws org.dxos.dmg.error.FormatException if the record is not valid
   */
  public static ModuleRecord checkWithoutBundles(
      String authority,
      Statement statement,
      Statement.Release release,
      BlockSource blocks,
      Function<String, Optional<Cid>> known) {
    ModuleRecord module = ModuleRecord.decode(Signed.need(blocks, release.module(), "record"));
    requireFit(authority, statement, release, module);
    requireKnown(authority, statement, release, known);
    requireFiles(module, blocks);
    return module;
  }

  /**
   * Checks that what a release leads to by its name is what is known here by that.
   *
   * @param authority the name of the statement's authority
   * @param known how an authority's name is bound here
   * @throws AdmissionException if it is not
   */
  public static void requireKnown(
      String authority,
      Statement statement,
      Statement.Release release,
      Function<String, Optional<Cid>> known) {
    boolean localHere = isLocal(authority);
    release
        .authorities()
        .forEach(
            (name, id) -> {
              if (isLocal(name) && !localHere) {
                throw refused(
                    ErrorCode.STATEMENT_REFUSED,
                    statement,
                    "it names `" + name + "`, which never leaves a node",
                    "publish under a `local.` name, or depend on something public");
              }
              Cid bound =
                  known
                      .apply(name)
                      .orElseThrow(
                          () ->
                              refused(
                                  ErrorCode.AUTHORITY_UNKNOWN,
                                  statement,
                                  "it names authority `" + name + "`, which is not held here",
                                  "publish the modules of `"
                                      + name
                                      + "` that it depends on first"));
              if (!bound.equals(id)) {
                throw refused(
                    ErrorCode.DEP_AUTHORITY_MISMATCH,
                    statement,
                    "it binds `" + name + "` to `" + id + "`, here it is `" + bound + "`",
                    "");
              }
            });
  }

  /**
   * What does not fit between a release and its record, for readers: such a release is not
   * resolved.
   *
   * @return the reason, or empty if all fits
   */
  public static Optional<String> misfit(
      String authority, Statement statement, Statement.Release release, ModuleRecord module) {
    String name = authority + "/" + statement.path();
    if (!module.name().toString().equals(name)) {
      return Optional.of("the record is of `" + module.name() + "`, the release of `" + name + "`");
    }
    if (!module.version().toString().equals(release.version())) {
      return Optional.of(
          "the record is version `"
              + module.version()
              + "`, the release `"
              + release.version()
              + "`");
    }
    if (!new TreeSet<>(module.carriedPaths()).equals(new TreeSet<>(release.names()))) {
      return Optional.of(
          "the record carries " + module.carriedPaths() + ", the release names " + release.names());
    }
    if (!new TreeSet<>(module.authoritiesNamed())
        .equals(new TreeSet<>(release.authorities().keySet()))) {
      return Optional.of(
          "the record names the authorities "
              + new TreeSet<>(module.authoritiesNamed())
              + ", the release binds "
              + new TreeSet<>(release.authorities().keySet()));
    }
    return Optional.empty();
  }

  /**
   * Visits the CIDs of a release's record, its files and its bundles, in the order in which a CAR
   * carries them.
   */
  public static void eachBlock(Cid record, BlockSource blocks, Consumer<Cid> visitor) {
    eachBlock(record, ModuleRecord.decode(Signed.need(blocks, record, "record")), blocks, visitor);
  }

  /** The same, of a record that was read already. */
  public static void eachBlock(
      Cid record, ModuleRecord module, BlockSource blocks, Consumer<Cid> visitor) {
    visitor.accept(record);
    module.links().forEach(visitor);
    for (Bundle bundle : module.bundles()) {
      BundleBlocks.of(blocks, bundle.cid()).held().forEach(visitor);
    }
  }

  /** The same, as far as it is there: a bundle may be left where it came from. */
  public static void eachHeldBlock(Cid record, BlockSource blocks, Consumer<Cid> visitor) {
    Optional<byte[]> block = blocks.get(record);
    if (block.isEmpty()) {
      return;
    }
    visitor.accept(record);
    if (!mayLink(block.get())) {
      return; // most have no link, and looking is quicker than reading
    }
    Optional<NewerRecord> newer = NewerRecord.read(block.get());
    if (newer.isPresent()) {
      // Carried whole, and not understood: what is a bundle in it is not known here.
      newer.get().links().stream().filter(cid -> blocks.get(cid).isPresent()).forEach(visitor);
      return;
    }
    ModuleRecord module;
    try {
      module = ModuleRecord.decode(block.get());
    } catch (org.dxos.dmg.error.FormatException e) {
      return; // of somebody who checks less; such a release is not resolved
    }
    module.links().stream().filter(cid -> blocks.get(cid).isPresent()).forEach(visitor);
    for (Bundle bundle : module.bundles()) {
      if (blocks.get(bundle.cid()).isPresent()) {
        BundleBlocks.of(blocks, bundle.cid()).held().forEach(visitor);
      }
    }
  }

  /** False if there is no tag 42 in dag-cbor bytes: text, which is UTF-8, cannot hold its two. */
  public static boolean mayLink(byte[] block) {
    for (int i = 0; i + 1 < block.length; i++) {
      if (block[i] == (byte) 0xd8 && block[i + 1] == 0x2a) {
        return true;
      }
    }
    return false;
  }

  private static void requireFit(
      String authority, Statement statement, Statement.Release release, ModuleRecord module) {
    misfit(authority, statement, release, module)
        .ifPresent(
            reason -> {
              throw refused(ErrorCode.STATEMENT_REFUSED, statement, reason, "");
            });
  }

  private static void requireFiles(ModuleRecord module, BlockSource blocks) {
    for (FileRef file : files(module)) {
      byte[] block = Signed.need(blocks, file.cid(), "file");
      if (block.length != file.size()) {
        throw new AdmissionException.Refused(
            ErrorCode.SIZE_EXCEEDED,
            "admit file `%s`: %d bytes, the record says %d"
                .formatted(file.cid(), block.length, file.size()));
      }
    }
  }

  private static List<FileRef> files(ModuleRecord module) {
    List<FileRef> files = new ArrayList<>();
    module
        .functions()
        .forEach(
            function -> {
              function.input().ifPresent(files::add);
              function.output().ifPresent(files::add);
            });
    module.provides().values().forEach(provided -> provided.interfaceFile().ifPresent(files::add));
    return files;
  }

  private static void requireBundles(ModuleRecord module, BlockSource blocks) {
    for (Bundle bundle : module.bundles()) {
      new BundleReader().verify(blocks, bundle.cid(), Budget.declared(bundle.size()));
    }
  }

  private static boolean isLocal(String authority) {
    return authority.startsWith("local.");
  }

  private static AdmissionException refused(
      ErrorCode code, Statement statement, String what, String hint) {
    return new AdmissionException.Refused(
        code, "admit release of `" + statement.path() + "`: " + what, hint);
  }
}
