package org.dxos.dmg.policy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What domains said lately: who asks for an authority, and who binds its name a moment later, ask
 * the network once. Safe for many threads; two that ask for one name at a time both ask.
 */
public final class RecentProofs implements NameProof {

  /** How long an answer is taken for the present one. */
  private static final Duration LIFE = Duration.ofSeconds(20);

  private static final int MOST = 1_000;

  private final NameProof proof;
  private final InstantSource clock;
  private final Map<String, Said> said = new LinkedHashMap<>();

  private record Said(Answer answer, Instant at) {}

  public RecentProofs(NameProof proof, InstantSource clock) {
    this.proof = proof;
    this.clock = clock;
  }

  @Override
  public Answer ask(String authority) {
    Optional<Answer> lately = lately(authority);
    if (lately.isPresent()) {
      return lately.get();
    }
    Answer answer = proof.ask(authority);
    synchronized (this) {
      said.remove(authority);
      said.put(authority, new Said(answer, clock.instant()));
      if (said.size() > MOST) {
        said.remove(said.keySet().iterator().next());
      }
    }
    return answer;
  }

  private synchronized Optional<Answer> lately(String authority) {
    Said one = said.get(authority);
    if (one == null) {
      return Optional.empty();
    }
    Duration age = Duration.between(one.at(), clock.instant());
    return age.isNegative() || age.compareTo(LIFE) >= 0
        ? Optional.empty()
        : Optional.of(one.answer());
  }
}
