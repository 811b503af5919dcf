package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.SolvedClosure;
import org.dxos.dmg.api.UnsatisfiableException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.policy.Policy;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.WhatIf;
import org.dxos.dmg.solver.Question;
import org.dxos.dmg.solver.Resolution;
import org.dxos.dmg.solver.Root;
import org.dxos.dmg.solver.Roots;
import org.dxos.dmg.solver.Solver;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.version.Range;

/** One request for a closure, over what is held as of one moment. Used by one thread. */
final class ClosureAnswers {

  private final Held states;
  private final Catalog catalog;
  private final ClosureRequest request;
  private final Policy policy;
  private final long time;
  private final Cid root;
  private final BiConsumer<String, Head> fresh;
  private final Question question;

  /**
   * @param time of the moment: seconds, UTC
   * @param root of everything held at that moment
   * @param fresh throws if the head of an authority is too old for the policy
   */
  ClosureAnswers(
      Held states,
      ClosureRequest request,
      Policy policy,
      long time,
      Cid root,
      BiConsumer<String, Head> fresh) {
    this.states = states;
    this.request = request;
    this.policy = policy;
    this.time = time;
    this.root = root;
    this.fresh = fresh;
    this.catalog =
        request.without().isEmpty() && request.assumeYanked().isEmpty()
            ? states
            : new WhatIf(states, some(request.without()), some(request.assumeYanked()), time);
    this.question = question();
  }

  private List<WhatIf.Some> some(List<String> names) {
    List<WhatIf.Some> all = new ArrayList<>();
    for (String text : names) {
      if (!(Dxn.parse(text) instanceof Dxn.Named named)) {
        throw unclear(text);
      }
      Optional<Range> range =
          switch (named.selector()) {
            case Selector.Exact exact -> Optional.of(Range.exactly(exact.version()));
            case Selector.InRange in -> Optional.of(in.range());
            case Selector.Tag tag when tag.equals(Selector.LATEST) -> Optional.empty();
            case Selector.Tag _, Selector.ByCid _ -> throw unclear(text);
          };
      Optional<Cid> genesis = states.authority(named.name().authority().text());
      if (genesis.isEmpty() || !isThere(named, genesis.get())) {
        Dxn every = new Dxn.Named(named.name(), new Selector.InRange(Range.ANY));
        throw Misses.missing(text, every, org.dxos.dmg.select.Selection.of(states, every), states);
      }
      all.add(new WhatIf.Some(named.name(), genesis.get(), range));
    }
    return all;
  }

  private boolean isThere(Dxn.Named named, Cid genesis) {
    return !states.releases(named.name(), genesis).isEmpty()
        || (named.name().kind() == org.dxos.dmg.dxn.Kind.API
            && !states.providers(named.name(), genesis).isEmpty());
  }

  private static FormatException unclear(String text) {
    return new FormatException(
        ErrorCode.USAGE, "assume something of `" + text + "`: expected a name, or name@range");
  }

  private Question question() {
    List<Dxn> asked = request.roots().stream().map(Dxn::parse).toList();
    // The stricter of what is asked for and what the policy of this home asks for.
    long minAge =
        Math.max(
            request.minAge().orElse(0),
            policy.minAge().map(java.time.Duration::toSeconds).orElse(0L));
    OptionalLong newest = minAge > 0 ? OptionalLong.of(time - minAge) : OptionalLong.empty();
    List<Root> roots =
        switch (Roots.of(catalog, asked, request.held(), newest)) {
          case Roots.Found found -> found.roots();
          case Roots.Missing missing
              when catalog != states
                  && Roots.of(states, asked, request.held(), newest) instanceof Roots.Found ->
              throw new FormatException(
                  ErrorCode.USAGE,
                  "solve `"
                      + missing.dxn()
                      + "`"
                      + assumed()
                      + ": that takes away what is asked for",
                  "assume less, or ask for something else");
          case Roots.Missing missing -> {
            String text = missing.dxn().toString();
            states
                .newer(missing.dxn())
                .ifPresent(newer -> Misses.refuseNewer("solve", text, newer));
            throw Misses.missing(text, missing.dxn(), missing.why(), states);
          }
        };
    return new Question(roots, request.target(), request.rule(), newest, request.held());
  }

  Lock lock() {
    return switch (Solver.solve(catalog, question)) {
      case Resolution.Solved solved ->
          lock(Closure.of(question.roots(), request.target(), solved.chosen()));
      case Resolution.Unsolvable unsolvable ->
          throw new UnsatisfiableException(
              "solve `"
                  + String.join(" ", request.roots())
                  + "`"
                  + assumed()
                  + ": no set of releases satisfies it",
              unsolvable.why().lines(),
              String.join("; or ", unsolvable.why().mends()),
              unsolvable.why().toNode());
    };
  }

  /** What is assumed, as the end of what is asked: {@code without `a`, with `b` yanked}. */
  private String assumed() {
    String without =
        request.without().isEmpty()
            ? ""
            : " without `" + String.join("`, `", request.without()) + "`";
    return request.assumeYanked().isEmpty()
        ? without
        : without
            + (without.isEmpty() ? "" : ",")
            + " with `"
            + String.join("`, `", request.assumeYanked())
            + "` yanked";
  }

  SolvedClosure explained() {
    Lock lock = lock();
    List<String> why =
        Solver.choices(catalog, question).stream()
            .flatMap(choice -> choice.lines().stream())
            .toList();
    return new SolvedClosure(lock, why);
  }

  private Lock lock(Closure closure) {
    Map<Cid, Cid> heads = new TreeMap<>();
    Map<Cid, Cid> spaceHeads = new TreeMap<>();
    for (Closure.Module module : closure.modules()) {
      states
          .head(module.genesis(), module.release())
          .ifPresent(
              head -> {
                fresh.accept(module.name().authority().base(), head.body());
                (head.body().space().isPresent() ? spaceHeads : heads)
                    .put(module.genesis(), head.cid());
              });
    }
    return new Lock(closure, new Lock.Evidence(time, heads, spaceHeads, policy.digest(), root));
  }
}
