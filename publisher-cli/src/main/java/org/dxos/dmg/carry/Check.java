package org.dxos.dmg.carry;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.Axiom;
import org.dxos.dmg.verdict.Dossier;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Standing;

/** Judges what an export carries by itself, without a registry and without a network. */
public final class Check {

  private Check() {}

  /**
   * An authority in the file, as what the file has of it proves.
   *
   * @param releases those that its newest head has and that fit their records; void ones are left
   *     out
   */
  public record Authority(Standing standing, List<Release> releases) {
    public Authority {
      releases = List.copyOf(releases);
    }

    /** The name that its genesis claims. */
    public String name() {
      return standing.log().last().body().authority();
    }
  }

  /** A release whose chain holds. */
  public record Release(String name, Cid record, Cid envelope) {}

  /**
   * Follows every signature in a file.
   *
   * @throws FormatException with {@link ErrorCode#NOT_VERIFIED} if something in it links to what is
   *     not there, or a release does not say what its record says
   * @throws org.dxos.dmg.verdict.AdmissionException if an envelope is not valid
   */
  public static List<Authority> of(Path file) throws IOException {
    try (CarFile blocks = CarFile.open(file)) {
      List<Authority> authorities = new ArrayList<>();
      for (Manifest.Log log : Manifest.in(file, blocks).logs()) {
        authorities.add(authority(log, blocks));
      }
      return authorities;
    }
  }

  private static Authority authority(Manifest.Log log, CarFile blocks) {
    Map<Cid, byte[]> trees = new HashMap<>();
    BlockSource all = cid -> Optional.ofNullable(trees.get(cid)).or(() -> blocks.get(cid));
    Dossier dossier = new Dossier(log.genesis(), all, trees::put);
    log.items().forEach(dossier::offer);
    for (Cid waiting : dossier.waiting()) {
      throw broken("`" + waiting + "` of `" + log.genesis() + "` links to what the file has not");
    }
    Standing standing = Axiom.of(dossier);
    List<Release> releases = new ArrayList<>();
    standing
        .tip()
        .ifPresent(
            tip ->
                MerkleSearchTree.at(tip.body().state(), all)
                    .walkPrefix(
                        "r/",
                        (_, envelope) -> {
                          if (!standing.voided().contains(envelope)) {
                            releases.add(release(standing, envelope, all));
                          }
                        }));
    return new Authority(standing, releases);
  }

  private static Release release(Standing standing, Cid envelope, BlockSource blocks) {
    Statement said = Signed.read(blocks, envelope, Statement.class).requireSigned().body();
    Statement.Release release = (Statement.Release) said.op();
    ModuleRecord record = ModuleRecord.decode(Signed.need(blocks, release.module(), "record"));
    String name = standing.log().last().body().authority();
    ReleaseRules.misfit(name, said, release, record)
        .ifPresent(
            why -> {
              throw broken("release `" + envelope + "` of `" + name + "`: " + why);
            });
    return new Release(
        name + "/" + said.path() + "@" + release.version(), release.module(), envelope);
  }

  private static FormatException broken(String what) {
    return new FormatException(ErrorCode.NOT_VERIFIED, "verify export: " + what);
  }
}
