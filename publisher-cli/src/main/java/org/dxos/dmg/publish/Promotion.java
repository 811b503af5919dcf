package org.dxos.dmg.publish;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.HeadChain;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;

/** Makes public what was said of a name in a space: the same statements, with the same CIDs. */
public final class Promotion {

  private final Registry space;
  private final Registry open;
  private final Publisher publisher;

  /**
   * @param space the registry of a space
   * @param open the public one beside it
   * @param keys one of them is an owner's, or of a delegate who may release
   */
  public Promotion(Registry space, Registry open, KeyRing keys, InstantSource clock) {
    this.space = space;
    this.open = open;
    this.publisher = new Publisher(open, keys, clock);
  }

  /**
   * What a promotion makes public.
   *
   * @param name of which it was said
   * @param statements in order; empty if there is none that is not public
   * @param claims whether the authority becomes public with it
   * @param lacking what releases among them need and nobody finds in public, for people
   */
  public record Plan(Name name, List<Planned> statements, boolean claims, List<String> lacking) {
    public Plan {
      statements = List.copyOf(statements);
      lacking = List.copyOf(lacking);
    }
  }

  /**
   * @param says what of which version, for people
   */
  public record Planned(Cid statement, String says) {}

  /**
   * What came of it.
   *
   * @param statements that became public, in order; empty if there was none that was not
   */
  public record Promoted(List<Cid> statements, Optional<PublishReceipt> receipt) {
    public Promoted {
      statements = List.copyOf(statements);
    }
  }

  /**
   * What there is to be made public: at most {@link Statement#MAX_PROMOTED} statements, the oldest
   * first. It is judged as far as can be, and changes nothing.
   *
   * @throws NotFoundException if nothing is released under the name in the space
   * @throws PublishException if no key of this home may say it
   * @throws AdmissionException if it would be refused
   */
  public Plan plan(Name name) {
    AuthorityInfo here =
        space
            .authority(name.authority().text())
            .filter(one -> one.head().isPresent())
            .orElseThrow(() -> missing(name));
    List<Cid> said = said(here, name.path());
    if (said.isEmpty()) {
      throw missing(name);
    }
    Map<String, Cid> known = known();
    Optional<AuthorityInfo> there =
        Optional.ofNullable(known.get(here.name())).flatMap(_ -> open.authority(here.name()));
    said.removeAll(promoted(newest(there, name.path())));
    List<Planned> planned = new ArrayList<>();
    List<String> lacking = new ArrayList<>();
    for (Cid one : said.subList(0, Math.min(said.size(), Statement.MAX_PROMOTED))) {
      Statement statement = Signed.read(space, one, Statement.class).body();
      String version = statement.op().aboutVersion().map(about -> " " + about).orElse("");
      planned.add(new Planned(one, statement.op().text() + version));
      if (statement.op() instanceof Statement.Release release) {
        ReleaseRules.requireKnown(
            here.name(), statement, release, each -> Optional.ofNullable(known.get(each)));
        lacking.addAll(lacking(name, release, known));
      }
    }
    if (!planned.isEmpty()) {
      requireHome(there.orElse(here));
      publisher.requireMaySay(there.orElse(here), name, promote(name, planned), space);
    }
    return new Plan(name, planned, there.isEmpty(), lacking);
  }

  private static void requireHome(AuthorityInfo authority) {
    if (!authority.here()) {
      throw new PublishException(
          ErrorCode.NOT_HOME,
          "promote in `" + authority.name() + "`: its home is another node",
          "promote it there, by `--node`; it has to be a member of the space");
    }
  }

  private Statement.Promote promote(Name name, List<Planned> planned) {
    return new Statement.Promote(
        SpaceEntry.tag(space.space().orElseThrow(), name.path()),
        planned.stream().map(Planned::statement).toList());
  }

  /**
   * Promotes what was planned.
   *
   * @param incomplete true to promote also what needs something that is in the space alone
   * @throws PublishException with {@link ErrorCode#UNSATISFIABLE} if it does and was not to
   */
  public Promoted promote(Plan plan, boolean incomplete) {
    if (plan.statements().isEmpty()) {
      return new Promoted(List.of(), Optional.empty());
    }
    if (!incomplete && !plan.lacking().isEmpty()) {
      throw new PublishException(
          ErrorCode.UNSATISFIABLE,
          "promote `%s`: %s%s"
              .formatted(
                  plan.name(),
                  plan.lacking().getFirst(),
                  plan.lacking().size() == 1
                      ? ""
                      : ", and " + (plan.lacking().size() - 1) + " more of that kind"),
          "promote that first; or promote it as it is with --incomplete: nobody can install it"
              + " then who is not in the space");
    }
    // From here on it is public, and nothing but the home's last word can stop it.
    var unused = publisher.knownOrBrought(plan.name().authority().text());
    return new Promoted(
        plan.statements().stream().map(Planned::statement).toList(),
        Optional.of(publisher.say(plan.name(), promote(plan.name(), plan.statements()), space)));
  }

  /** The authorities that are known in public. Nobody else is asked: it would tell of the space. */
  private Map<String, Cid> known() {
    Map<String, Cid> known = new HashMap<>();
    if (open.status().entries().get("authorities") instanceof Node.Array all) {
      for (Node one : all.items()) {
        Fields fields = Fields.of("authority", ErrorCode.JSON_SYNTAX, one);
        if (!fields.flag("unbound")) {
          known.put(fields.text("name"), Cid.parse(fields.text("authority")));
        }
      }
    }
    return known;
  }

  /** What a release needs and is to be had in the space, and not in public. */
  private List<String> lacking(Name name, Statement.Release release, Map<String, Cid> known) {
    ModuleRecord record = ModuleRecord.decode(Signed.need(space, release.module(), "record"));
    List<String> lacking = new ArrayList<>();
    for (Dependency dependency : record.dependencies()) {
      List<Dependency.Alternative> others = dependency.alternatives();
      if (!dependency.optional()
          && others.stream().noneMatch(one -> one.name().equals(name) || has(open, one, known))
          && others.stream().anyMatch(one -> has(space, one, known))) {
        lacking.add(
            "%s needs `%s`, which is in the space alone"
                .formatted(release.version(), words(others)));
      }
    }
    return lacking;
  }

  private static String words(List<Dependency.Alternative> others) {
    return String.join("` or `", others.stream().map(Promotion::words).toList());
  }

  private static String words(Dependency.Alternative one) {
    return new Dxn.Named(one.name(), new Selector.InRange(one.range())).toString();
  }

  private boolean has(Registry registry, Dependency.Alternative one, Map<String, Cid> known) {
    if (registry == open && !known.containsKey(one.name().authority().base())) {
      return false;
    }
    try {
      if (one.name().kind() == Kind.API) {
        // One without a release of its own is had by whoever provides it.
        var unused = registry.closure(new ClosureRequest(List.of(words(one)), Optional.empty()));
      } else {
        var unused = registry.resolve(words(one));
      }
      return true;
    } catch (RuntimeException e) {
      if (e instanceof Explained explained
          && (explained.code().outcome() == ErrorCode.Outcome.NOT_FOUND
              || explained.code() == ErrorCode.UNSATISFIABLE
              || explained.code() == ErrorCode.WITHDRAWN)) {
        return false;
      }
      throw e;
    }
  }

  /** The newest promotion of a path. */
  private Optional<Cid> newest(Optional<AuthorityInfo> there, String path) {
    return there
        .flatMap(AuthorityInfo::head)
        .map(head -> Signed.read(open, head, Head.class).body().state())
        .flatMap(state -> MerkleSearchTree.at(state, open).get(Slots.promotion(path)));
  }

  /** Everything that promotions up to one have listed. */
  private Set<Cid> promoted(Optional<Cid> last) {
    Set<Cid> listed = new HashSet<>();
    for (Optional<Cid> at = last; at.isPresent(); ) {
      Statement statement = Signed.read(open, at.get(), Statement.class).body();
      if (statement.op() instanceof Statement.Promote promote) {
        listed.addAll(promote.statements());
      }
      at = statement.replaces();
    }
    return listed;
  }

  /** What was said about a path in the space, and whether it still counts there. */
  private record Said(Cid cid, Statement statement, boolean counts) {}

  /**
   * What the heads of the space have added about a path and counts there, oldest first. What is
   * void has to stay behind: a promotion answers for what it lists with its own key, so that what a
   * stolen key has said would count again.
   */
  private List<Cid> said(AuthorityInfo here, String path) {
    List<Cid> counting = new ArrayList<>();
    Set<String> withoutRelease = new HashSet<>();
    for (Said one : all(here, path)) {
      Optional<String> version = one.statement().op().aboutVersion();
      if (one.statement().op() instanceof Statement.Release release) {
        if (one.counts()) {
          withoutRelease.remove(release.version());
        } else {
          withoutRelease.add(release.version());
        }
      }
      if (one.counts() && version.filter(withoutRelease::contains).isEmpty()) {
        counting.add(one.cid());
      }
    }
    return counting;
  }

  private List<Said> all(AuthorityInfo here, String path) {
    AuthorityEntry last = Signed.read(space, here.keyHead(), AuthorityEntry.class).body();
    Chain chain = chain();
    List<Said> said = new ArrayList<>();
    for (Optional<Cid> at = here.head(); at.isPresent(); ) {
      Signed<Head> head = Signed.read(space, at.get(), Head.class);
      for (Cid added : head.body().added().reversed()) {
        Statement statement = Signed.read(space, added, Statement.class).body();
        if (statement.path().equals(path)) {
          boolean isVoid =
              chain
                  .revocation(here.genesis(), last, statement.key())
                  .filter(revoked -> !HeadChain.keeps(space, revoked, head))
                  .isPresent();
          said.addFirst(new Said(added, statement, !isVoid));
        }
      }
      at = head.body().prev();
    }
    return said;
  }

  /** The chain of the space, with what its log says now of revoked keys. */
  private Chain chain() {
    Cid id = space.space().orElseThrow();
    return new Chain.Private(
        id,
        open.spaces()
            .show(id.toString())
            .entry()
            .map(entry -> Signed.read(space, entry, SpaceEntry.class).body().revoked())
            .orElse(List.of()));
  }

  private NotFoundException missing(Name name) {
    return new NotFoundException(
        ErrorCode.NOT_FOUND,
        "promote `" + name + "`: nothing is released under that name in " + space.place(),
        List.of(),
        "see `dmg versions " + name + " --space …`");
  }
}
