package org.dxos.dmg.policy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code policy.json} of a home, and {@code trust.log} beside it: a line of JSON for each decision
 * of a person, with the reason. Safe for many threads.
 */
public final class PolicyFile {

  private static final Logger LOG = LoggerFactory.getLogger(PolicyFile.class);
  private static final long MAX_BYTES = 1 << 20;

  private final Path file;
  private final Path log;
  private Policy current;
  private Optional<Seen> seen;

  private record Seen(FileTime modified, long size) {}

  /**
   * @param home the folder of the home
   * @throws FormatException if there is a policy, and it is not valid
   */
  public PolicyFile(Path home) {
    this.file = home.resolve("policy.json");
    this.log = home.resolve("trust.log");
    this.seen = look();
    this.current = seen.isPresent() ? read() : Policy.OPEN;
  }

  /** The policy in force: that of the file as it is now. */
  public synchronized Policy current() {
    Optional<Seen> now = look();
    if (!now.equals(seen)) {
      seen = now;
      try {
        current = now.isPresent() ? read() : Policy.OPEN;
      } catch (FormatException e) {
        LOG.warn("{}; the policy of before stays in force", e.message());
      }
    }
    return current;
  }

  /** Why the file is not valid, if it is not. */
  public Optional<String> fault() {
    try {
      if (look().isPresent()) {
        read();
      }
      return Optional.empty();
    } catch (FormatException e) {
      return Optional.of(e.message());
    }
  }

  /**
   * A decision of a person.
   *
   * @param did what was decided, such as {@code pin}
   * @param name of the authority
   * @param authority the id that it is about, if it is about one
   * @param reason in the person's words
   */
  public record Decision(
      String did, String name, Optional<Cid> authority, String reason, Instant at) {}

  /**
   * Writes another policy, with the reason in the log before it is in force. Of several processes
   * that decide at a time each goes on from what the one before it wrote.
   *
   * @param edit makes the new policy of the one in force; what it throws changes nothing
   * @return the new one
   */
  public synchronized Policy change(Decision decision, UnaryOperator<Policy> edit) {
    synchronized (PolicyFile.class) { // a lock of the system is the whole process's
      try {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (FileChannel lock =
                FileChannel.open(
                    file.resolveSibling("policy.lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            FileLock _ = lock.lock()) {
          Policy policy = edit.apply(Files.exists(file) ? read() : Policy.OPEN);
          write(log, (cutOff() ? "\n" : "") + line(decision, policy), StandardOpenOption.APPEND);
          Path fresh = file.resolveSibling("policy.json.new");
          Files.deleteIfExists(fresh);
          write(fresh, Json.pretty(policy.toNode()), StandardOpenOption.WRITE);
          Files.move(
              fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
          try (FileChannel folder =
              FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true); // a pin that is told of outlives the machine
          }
          return policy;
        }
      } catch (IOException e) {
        throw new PolicyException(
            ErrorCode.STORAGE, "write `" + file + "`: " + e, "check space and permissions");
      }
    }
  }

  /** True if the last line was not written to its end: the next one has to begin anew. */
  private boolean cutOff() throws IOException {
    if (!Files.exists(log) || Files.size(log) == 0) {
      return false;
    }
    try (FileChannel in = FileChannel.open(log, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      in.read(last, in.size() - 1);
      return last.get(0) != '\n';
    }
  }

  private static String line(Decision decision, Policy policy) {
    return new String(
            Json.canonical(
                new MapBuilder()
                    .put("at", decision.at().toString())
                    .put("did", decision.did())
                    .put("name", decision.name())
                    .put("authority", decision.authority().map(Cid::toString), Node::of)
                    .put("reason", decision.reason())
                    .put("policy", policy.digest().toString())
                    .build()),
            StandardCharsets.UTF_8)
        + "\n";
  }

  /** The decisions of people, oldest first, a line of JSON each. */
  public List<String> decisions() {
    try {
      return Files.exists(log) ? Files.readAllLines(log) : new ArrayList<>();
    } catch (IOException e) {
      throw new PolicyException(
          ErrorCode.STORAGE, "read `" + log + "`: " + e, "check that it is readable");
    }
  }

  private static void write(Path path, String text, StandardOpenOption how) throws IOException {
    try (FileChannel out = FileChannel.open(path, StandardOpenOption.CREATE, how)) {
      out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      out.force(true);
    }
  }

  private Optional<Seen> look() {
    try {
      return Files.exists(file)
          ? Optional.of(new Seen(Files.getLastModifiedTime(file), Files.size(file)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it went away in between
    }
  }

  private Policy read() {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new FormatException(
            ErrorCode.POLICY_INVALID,
            "read policy: " + Files.size(file) + " bytes, at most " + MAX_BYTES);
      }
      Node node = Json.parse(Files.readAllBytes(file));
      return Policy.of(node);
    } catch (IOException e) {
      throw new FormatException(ErrorCode.POLICY_INVALID, "read policy `" + file + "`: " + e);
    }
  }
}
