package org.dxos.dmg.modules;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * What the releases of a graph need to be read from, in one file, so that a start need not decode
 * every record again. Derived, for this machine alone, and thrown away whenever it does not fit: a
 * version, the authorities with the state trees they were read from, names, ranges, releases, and
 * the SHA-256 of all that.
 */
final class SavedGraph {

  private static final int VERSION = 1;
  private static final int DIGEST = 32;

  /**
   * How far an authority was read.
   *
   * @param state root of its state tree
   * @param voided what of it was void
   */
  record Read(Cid state, Set<Cid> voided) {}

  private SavedGraph() {}

  /** Writes a file beside, then puts it in place of the old one. */
  static void write(Path file, Map<Cid, Read> authorities, Draft draft) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    MessageDigest digest = sha256();
    try (DigestOutputStream digested =
            new DigestOutputStream(Files.newOutputStream(beside), digest);
        DataOutputStream out =
            new DataOutputStream(new java.io.BufferedOutputStream(digested, 1 << 16))) {
      out.writeInt(VERSION);
      out.writeInt(authorities.size());
      for (Map.Entry<Cid, Read> one : authorities.entrySet()) {
        write(out, one.getKey());
        write(out, one.getValue().state());
        out.writeInt(one.getValue().voided().size());
        for (Cid envelope : one.getValue().voided()) {
          write(out, envelope);
        }
      }
      write(out, draft);
      out.flush();
      digested.on(false);
      digested.write(digest.digest());
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void write(DataOutputStream out, Draft draft) throws IOException {
    Clauses clauses = draft.clauses();
    Map<Cid, Integer> authorities = new HashMap<>();
    List<Cid> ids = new ArrayList<>();
    for (int name = 0; name < clauses.size(); name++) {
      Cid genesis = clauses.key(name).genesis();
      if (authorities.putIfAbsent(genesis, ids.size()) == null) {
        ids.add(genesis);
      }
    }
    out.writeInt(ids.size());
    for (Cid id : ids) {
      write(out, id);
    }
    out.writeInt(clauses.size());
    for (int name = 0; name < clauses.size(); name++) {
      Clauses.Key key = clauses.key(name);
      out.writeInt(authorities.getOrDefault(key.genesis(), 0));
      out.writeUTF(key.path());
    }
    out.writeInt(clauses.ranges());
    for (int range = 0; range < clauses.ranges(); range++) {
      out.writeUTF(clauses.range(range).toString());
    }
    List<Integer> standing = draft.standing();
    out.writeInt(standing.size());
    for (int number : standing) {
      write(out, draft.entry(number), draft.mark(number));
    }
  }

  private static void write(DataOutputStream out, Entry entry, byte mark) throws IOException {
    out.writeInt(entry.module());
    out.writeUTF(entry.release().authority());
    out.writeUTF(entry.release().version().toString());
    write(out, entry.release().envelope());
    write(out, entry.release().record());
    out.writeByte(mark);
    write(out, entry.carried());
    write(out, entry.clauses());
    out.writeInt(entry.provides().size());
    for (Entry.Provides one : entry.provides()) {
      out.writeInt(one.api());
      out.writeUTF(one.version().toString());
    }
    out.writeInt(entry.lists().size());
    for (Cid listed : entry.lists()) {
      write(out, listed);
    }
  }

  /** What was saved, into an empty draft; empty if there is nothing that can be used. */
  static Optional<Map<Cid, Read>> read(Path file, Draft draft) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    byte[] all = Files.readAllBytes(file);
    if (all.length < DIGEST) {
      return Optional.empty();
    }
    MessageDigest digest = sha256();
    digest.update(all, 0, all.length - DIGEST);
    if (!Arrays.equals(digest.digest(), Arrays.copyOfRange(all, all.length - DIGEST, all.length))) {
      return Optional.empty();
    }
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(all, 0, all.length - DIGEST))) {
      if (in.readInt() != VERSION) {
        return Optional.empty();
      }
      Map<Cid, Read> authorities = new HashMap<>();
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        Cid id = cid(in);
        authorities.put(id, new Read(cid(in), new HashSet<>(cids(in))));
      }
      read(in, draft);
      return Optional.of(authorities);
    } catch (FormatException e) {
      return Optional.empty(); // of a version that read something otherwise
    }
  }

  private static void read(DataInputStream in, Draft draft) throws IOException {
    List<Cid> ids = cids(in);
    Clauses clauses = draft.clauses();
    int names = in.readInt();
    for (int name = 0; name < names; name++) {
      clauses.name(ids.get(in.readInt()), in.readUTF());
    }
    int ranges = in.readInt();
    for (int range = 0; range < ranges; range++) {
      clauses.number(Range.parse(in.readUTF()));
    }
    Map<String, String> authorities = new HashMap<>();
    Map<String, Version> versions = new HashMap<>();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      int module = in.readInt();
      Clauses.Key key = clauses.key(module);
      String authority = authorities.computeIfAbsent(in.readUTF(), same -> same);
      Version version = versions.computeIfAbsent(in.readUTF(), Version::parse);
      ModuleRelease release =
          new ModuleRelease(key.genesis(), authority, key.path(), version, cid(in), cid(in));
      byte mark = in.readByte();
      int[] carried = ints(in);
      int[] asked = ints(in);
      List<Entry.Provides> provides = new ArrayList<>();
      int apis = in.readInt();
      for (int api = 0; api < apis; api++) {
        provides.add(new Entry.Provides(in.readInt(), Version.parse(in.readUTF())));
      }
      draft.add(new Entry(release, module, carried, asked, List.copyOf(provides), cids(in)), mark);
    }
  }

  private static void write(DataOutputStream out, Cid cid) throws IOException {
    byte[] bytes = cid.bytes();
    out.writeByte(bytes.length);
    out.write(bytes);
  }

  private static Cid cid(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readUnsignedByte()];
    in.readFully(bytes);
    return Cid.fromBytes(bytes);
  }

  private static List<Cid> cids(DataInputStream in) throws IOException {
    int count = in.readInt();
    List<Cid> cids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      cids.add(cid(in));
    }
    return List.copyOf(cids);
  }

  private static void write(DataOutputStream out, int[] numbers) throws IOException {
    out.writeInt(numbers.length);
    for (int number : numbers) {
      out.writeInt(number);
    }
  }

  private static int[] ints(DataInputStream in) throws IOException {
    int[] numbers = new int[in.readInt()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readInt();
    }
    return numbers;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
