package org.dxos.dmg.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.FileRef;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.version.Version;

/** A manifest in which nothing is wrong, normalised; its files have not been read yet. */
public final class Manifest {

  /** Functions that a release can carry beside its own name: a limit of the release statement. */
  public static final int MAX_NAMES = 256;

  private final ModuleRecord draft;
  private final List<Attachment> attachments;
  private final List<Optional<BundleUse>> bundles;

  /**
   * @param draft the record without links
   * @param bundles one for each of the draft's runtimes
   */
  Manifest(ModuleRecord draft, List<Attachment> attachments, List<Optional<BundleUse>> bundles) {
    this.draft = draft;
    this.attachments = List.copyOf(attachments);
    this.bundles = List.copyOf(bundles);
  }

  /** The JSON Schema (2020-12) of manifests, for editors: {@code dmg.schema.json}, UTF-8. */
  public static byte[] jsonSchema() {
    try (InputStream in = Manifest.class.getResourceAsStream("dmg.schema.json")) {
      return Objects.requireNonNull(in, "dmg.schema.json").readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the jar is damaged: dmg.schema.json", e);
    }
  }

  /** Reads what a {@code dmg.json} or {@code dmg.yaml} says: a manifest, or all its findings. */
  public static ManifestResult read(Node root) {
    return ManifestReader.read(root);
  }

  public Name name() {
    return draft.name();
  }

  public Version version() {
    return draft.version();
  }

  /** The record without anything that is linked: no schemas, no interfaces, no bundles. */
  public ModuleRecord draft() {
    return draft;
  }

  /** The small files that {@link #toRecord} reads, in the manifest's order. */
  public List<FileUse> files() {
    List<FileUse> files = new ArrayList<>();
    for (Attachment attachment : attachments) {
      if (attachment instanceof Attachment.File file) {
        files.add(new FileUse(file.pointer(), file.path(), file.place()));
      }
    }
    return List.copyOf(files);
  }

  /** The bundles that {@link #toRecord} asks for, one a runtime that has one, in order. */
  public List<BundleUse> bundles() {
    return bundles.stream().flatMap(Optional::stream).toList();
  }

  /** The paths of {@link #bundles}, each once. */
  public List<String> bundlePaths() {
    return bundles().stream().map(BundleUse::path).distinct().toList();
  }

  /**
   * A record and the raw blocks that it links.
   *
   * @param files by CID, in the order of {@link ModuleRecord#links}
   */
  public record Built(ModuleRecord record, Map<Cid, byte[]> files) {}

  /**
   * The record of this manifest with {@code files}.
   *
   * @throws FormatException with {@link org.dxos.dmg.error.ErrorCode#MANIFEST_INVALID} if a file is
   *     not what the manifest says of it, with {@link org.dxos.dmg.error.ErrorCode#RECORD_INVALID}
   *     if the record is too large
   */
  public Built toRecord(ManifestFiles files) {
    return new Assembly(files).run();
  }

  /** One run of {@link #toRecord}: gathers blocks and findings. */
  private final class Assembly {
    private final ManifestFiles files;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<Cid, byte[]> blocks = new LinkedHashMap<>();
    private final Map<String, FileRef> inputs = new LinkedHashMap<>();
    private final Map<String, FileRef> outputs = new LinkedHashMap<>();
    private final Map<String, FileRef> interfaces = new LinkedHashMap<>();

    private Assembly(ManifestFiles files) {
      this.files = files;
    }

    private Built run() {
      attachments.forEach(this::attach);
      List<FunctionEntry> functions = draft.functions().stream().map(this::function).toList();
      Map<Name, Provided> provides = new LinkedHashMap<>();
      draft.provides().forEach((api, what) -> provides.put(api, provided(api, what)));
      List<Variant> runtimes = new ArrayList<>();
      for (int i = 0; i < bundles.size(); i++) {
        runtimes.add(variant(draft.runtimes().get(i), bundles.get(i)));
      }
      if (!findings.isEmpty()) {
        throw new ManifestResult.Invalid(findings).failure();
      }
      ModuleRecord record =
          new ModuleRecord(
              draft.name(),
              draft.version(),
              draft.displayName(),
              draft.description(),
              draft.license(),
              draft.homepage(),
              draft.repository(),
              draft.authors(),
              draft.keywords(),
              functions,
              runtimes,
              draft.resources(),
              provides,
              draft.providers(),
              draft.dependencies(),
              draft.ext());
      // What is published must be what others can read.
      if (!ModuleRecord.decode(record.encode()).equals(record)) {
        throw new IllegalStateException("record changed by encoding: " + record);
      }
      Map<Cid, byte[]> linked = new LinkedHashMap<>();
      for (Cid cid : record.links()) {
        byte[] block = blocks.get(cid);
        if (block == null) {
          throw new IllegalStateException("no block for " + cid);
        }
        linked.put(cid, block);
      }
      return new Built(record, linked);
    }

    private void attach(Attachment attachment) {
      byte[] bytes =
          switch (attachment) {
            case Attachment.Inline inline -> canonical(inline.pointer(), inline.schema());
            case Attachment.File file -> file(file);
          };
      if (bytes.length > FileRef.MAX_BYTES) {
        report(
            attachment.pointer(),
            bytes.length + " bytes or more",
            "at most " + FileRef.MAX_BYTES + " bytes",
            Optional.empty());
        return;
      }
      FileRef ref = FileRef.of(bytes);
      blocks.put(ref.cid(), bytes);
      switch (attachment.place()) {
        case INPUT -> inputs.put(attachment.of(), ref);
        case OUTPUT -> outputs.put(attachment.of(), ref);
        case INTERFACE -> interfaces.put(attachment.of(), ref);
      }
    }

    private byte[] file(Attachment.File file) {
      byte[] bytes = files.read(file.path());
      if (file.place() == FileUse.Place.INTERFACE || bytes.length > FileRef.MAX_BYTES) {
        return bytes;
      }
      Node schema;
      try {
        schema = Json.parse(bytes);
      } catch (FormatException e) {
        report(
            file.pointer(),
            Found.quoted(file.path()),
            "a file with a JSON Schema",
            Optional.of(e.message()));
        return new byte[0];
      }
      if (!(schema instanceof Node.Map || schema instanceof Node.Bool)) {
        report(
            file.pointer(),
            Found.quoted(file.path()) + " with " + Found.of(schema),
            "a file with a JSON Schema, which is an object or a boolean",
            Optional.empty());
        return new byte[0];
      }
      return canonical(file.pointer(), schema);
    }

    private byte[] canonical(String pointer, Node schema) {
      try {
        return Json.canonical(schema);
      } catch (FormatException e) {
        report(pointer, Found.of(schema), "a JSON Schema", Optional.of(e.message()));
        return new byte[0];
      }
    }

    private FunctionEntry function(FunctionEntry draft) {
      String name = draft.name().toString();
      return new FunctionEntry(
          draft.name(),
          draft.handler(),
          draft.description(),
          Optional.ofNullable(inputs.get(name)),
          Optional.ofNullable(outputs.get(name)),
          draft.triggers());
    }

    private Provided provided(Name api, Provided draft) {
      return new Provided(draft.version(), Optional.ofNullable(interfaces.get(api.toString())));
    }

    private Variant variant(Variant draft, Optional<BundleUse> use) {
      if (use.isEmpty()) {
        return draft;
      }
      ManifestFiles.Packed packed = files.bundle(use.get());
      Optional<String> entry = draft.entry();
      if (packed.file()) {
        checkSingleFile(use.get(), entry);
        entry = Optional.of(use.get().fileName());
      }
      return new Variant(
          draft.runtime(),
          draft.version(),
          draft.backends(),
          draft.deployments(),
          Optional.<Bundle>of(packed.bundle()),
          draft.image(),
          draft.exec(),
          entry,
          draft.memory(),
          draft.timeout(),
          draft.env());
    }

    private void checkSingleFile(BundleUse use, Optional<String> entry) {
      String name = use.fileName();
      String expected = "`\"" + name + "\"`, the one file of the bundle `" + use.path() + "`";
      Set<String> others = new LinkedHashSet<>(use.exec());
      others.remove(name);
      for (String other : others) {
        report(sibling(use, "exec"), Found.quoted(other), expected, Optional.empty());
      }
      if (entry.isPresent() && !entry.get().equals(name)) {
        report(
            sibling(use, "entry"),
            Found.quoted(entry.get()),
            expected,
            Optional.of("leave `entry` out, or make the bundle a folder"));
      }
    }

    private String sibling(BundleUse use, String field) {
      return use.pointer().substring(0, use.pointer().lastIndexOf('/') + 1) + field;
    }

    private void report(String pointer, String found, String expected, Optional<String> hint) {
      findings.add(new Finding(pointer, found, expected, hint));
    }
  }
}
