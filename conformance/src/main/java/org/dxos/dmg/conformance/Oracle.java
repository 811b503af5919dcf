package org.dxos.dmg.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.ReleaseRules;

/**
 * Publishes, and knows what was meant and what was acknowledged. Both are written to a file and
 * synced, the first before the node is asked and the second after its answer. Safe for many
 * threads.
 */
final class Oracle {

  /** Of this many acknowledged releases one is yanked. */
  private static final int YANKED = 8;

  /** What is known of a release; it only ever becomes more. */
  private static final class Known {
    private final Cid record;
    private boolean acknowledged;
    private boolean yankAcknowledged;

    /** What was seen after a restart: from then on it has to stay so. */
    private Optional<State> settled = Optional.empty();

    private Known(Cid record) {
      this.record = record;
    }
  }

  private final Path work;
  private final Map<String, Known> all = new LinkedHashMap<>();
  private final AtomicInteger next = new AtomicInteger();

  Oracle(Path work) {
    this.work = work;
  }

  /**
   * What a look at a node found.
   *
   * @param lost releases and yanks that were acknowledged, or seen after a restart, and are gone
   * @param half releases of which only a part is there, and differences to what SPARQL shows
   */
  record Found(int looked, int present, int lost, int half, List<String> which) {}

  enum State {
    WHOLE,
    ABSENT,
    HALF
  }

  synchronized int acknowledged() {
    return (int) all.values().stream().filter(one -> one.acknowledged).count();
  }

  synchronized int yanks() {
    return (int) all.values().stream().filter(one -> one.yankAcknowledged).count();
  }

  synchronized int intended() {
    return all.size();
  }

  Registry registry(String url) {
    return Registries.open(
        work.resolve("client"), Optional.of(url), Optional.empty(), World.real());
  }

  /**
   * Publishes the next module; empty if it was acknowledged, else what the node or the way said.
   */
  Optional<Explained> publish(String url) {
    int number = next.getAndIncrement();
    String name = "com.example/function/crash-n" + number;
    try (Registry registry = registry(url)) {
      PreparedModule module = module(name, number);
      Known known = new Known(module.recordCid());
      synchronized (this) {
        journal("intend " + name + " " + module.recordCid());
        all.put(name, known);
      }
      Publisher publisher = new Publisher(registry, keys(), InstantSource.system());
      publisher.publish(module);
      synchronized (this) {
        known.acknowledged = true;
        journal("ack " + name + " " + module.recordCid());
      }
      if (number % YANKED == YANKED - 1) {
        publisher.say(Name.parse(name), new Statement.Yank("1.0.0", "for the test"));
        synchronized (this) {
          known.yankAcknowledged = true;
          journal("ack-yank " + name);
        }
      }
      return Optional.empty();
    } catch (RuntimeException e) {
      if (e instanceof Explained explained) {
        return Optional.of(explained);
      }
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized KeyRing keys() throws IOException {
    return new KeyRing(Files.createDirectories(work.resolve("client")), new SecureRandom());
  }

  /** A module with a bundle of some files, all its own. */
  private PreparedModule module(String name, int number) throws IOException {
    Path folder = Files.createDirectories(work.resolve("modules").resolve("n" + number));
    Files.writeString(folder.resolve("index.js"), "export const handler = () => " + number + ";\n");
    Files.write(folder.resolve("data.bin"), new byte[1000 + number % 5000]);
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "%s", "version": "1.0.0", "description": "number %d",
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name, number));
    return PreparedModule.read(folder, Optional.empty(), Optional.empty());
  }

  /** Synced before anything goes on: the oracle must not be younger than the node. */
  private void journal(String line) {
    try (FileChannel channel =
        FileChannel.open(
            work.resolve("oracle.log"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Looks at what became of it. What was not looked at since it was meant is looked at always, the
   * rest if {@code everything} is asked for. SPARQL has to show as many as there are.
   */
  Found look(String url, boolean everything) {
    Map<String, Known> releases;
    synchronized (this) {
      releases = new LinkedHashMap<>(all);
    }
    int looked = 0;
    int present = 0;
    int lost = 0;
    int half = 0;
    List<String> which = new ArrayList<>();
    try (Registry registry = registry(url)) {
      for (Map.Entry<String, Known> one : releases.entrySet()) {
        Known known = one.getValue();
        if (!everything && known.settled.isPresent()) {
          present += known.settled.get() == State.WHOLE ? 1 : 0;
          continue;
        }
        looked++;
        State state = state(registry, one.getKey(), known);
        present += state == State.ABSENT ? 0 : 1;
        State must = known.settled.orElse(known.acknowledged ? State.WHOLE : state);
        if (state == State.HALF) {
          half++;
          which.add(one.getKey() + " is there by half");
        } else if (state != must) {
          lost++;
          which.add(one.getKey() + " is " + state + ", and was " + must);
        }
        known.settled = Optional.of(must);
      }
      int shown = shown(registry);
      if (shown != present) {
        half += Math.abs(shown - present);
        which.add("SPARQL shows " + shown + " of " + present);
      }
    }
    return new Found(looked, present, lost, half, which);
  }

  private static int shown(Registry registry) {
    byte[] answer =
        registry
            .sparql("SELECT (COUNT(DISTINCT ?r) AS ?n) { ?r a <urn:dmg:ns#Release> }", "text/csv")
            .body();
    return Integer.parseInt(
        new String(answer, StandardCharsets.UTF_8).lines().toList().get(1).strip());
  }

  private static State state(Registry registry, String name, Known known) {
    ReleaseInfo release;
    try {
      release = registry.resolve(name + "@1.0.0");
    } catch (RuntimeException e) {
      if (e instanceof Explained explained && isAbsent(explained.code())) {
        return State.ABSENT;
      }
      throw e;
    }
    if (!release.record().equals(known.record)) {
      return State.HALF;
    }
    if (known.yankAcknowledged && release.notices().yanked().isEmpty()) {
      return State.ABSENT;
    }
    List<Cid> blocks = new ArrayList<>();
    ReleaseRules.eachBlock(known.record, registry, blocks::add);
    // Every block is fetched, and hashed by the client.
    return blocks.stream().allMatch(cid -> registry.get(cid).isPresent())
        ? State.WHOLE
        : State.HALF;
  }

  private static boolean isAbsent(ErrorCode code) {
    return code == ErrorCode.NOT_FOUND || code == ErrorCode.AUTHORITY_UNKNOWN;
  }
}
