package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.function.Supplier;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.sync.link.Invitation;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.toml.TomlMapper;

/** An invitation as a TOML file that its owner alone may read. */
final class InvitationFile {

  /** Seconds. */
  static final long DAY = 86_400;

  private static final int MAX_CHARS = 16 * 1024;

  private InvitationFile() {}

  /**
   * Opens an invitation and writes it: what `dmg peer invite` and `dmg space invite` do alike.
   *
   * @param invite opens it, once it is known that it can be written
   */
  static int offer(Session session, Path file, Supplier<Invitation> invite) throws IOException {
    if (Files.exists(file)) {
      throw new CommandException(
          ErrorCode.TARGET_EXISTS,
          "write `" + file + "`: it is there",
          "name another file, or move it away");
    }
    Invitation invitation = invite.get();
    write(file, invitation);
    if (session.json()) {
      // The secret stays in the file: answers are logged.
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put("file", file.toString())
                  .put("peer", invitation.peer())
                  .put("expires", invitation.expires())
                  .build());
    } else {
      session.terminal().line(file.toString());
    }
    session
        .terminal()
        .note(
            "good once, until "
                + Instant.ofEpochSecond(invitation.expires())
                + "; take it with `dmg peer join "
                + file.getFileName()
                + "`");
    return 0;
  }

  private static void write(Path file, Invitation invitation) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("# An invitation to link with a DMG node: good once, until ")
        .append(Instant.ofEpochSecond(invitation.expires()))
        .append(".\n# Take it with: dmg peer join FILE. Keep it as secret as a password.\n");
    text.append("peer = ").append(quoted(invitation.peer())).append('\n');
    text.append("addresses = [");
    text.append(
        String.join(", ", invitation.addresses().stream().map(InvitationFile::quoted).toList()));
    text.append("]\n");
    text.append("secret = ")
        .append(quoted(java.util.HexFormat.of().formatHex(invitation.secret())))
        .append('\n');
    text.append("expires = ").append(invitation.expires()).append('\n');
    invitation
        .place()
        .ifPresent(
            place ->
                text.append("[place]\nspace = ")
                    .append(quoted(place.space().toString()))
                    .append("\nrole = ")
                    .append(quoted(place.role().text()))
                    .append('\n'));
    boolean posix =
        file.toAbsolutePath().getFileSystem().supportedFileAttributeViews().contains("posix");
    Files.createFile(
        file,
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0]);
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }

  /** Peer ids, multiaddrs and hexadecimal digits need no escapes. */
  private static String quoted(String text) {
    if (!text.matches("[\\x20-\\x7e&&[^\"\\\\]]*")) {
      throw new CommandException(
          ErrorCode.INVITATION, "write invitation: `" + text + "` is not plain text", "");
    }
    return '"' + text + '"';
  }

  static Invitation read(String text) {
    if (text.length() > MAX_CHARS) {
      throw new CommandException(
          ErrorCode.INVITATION,
          "read invitation: " + text.length() + " characters, at most " + MAX_CHARS,
          "");
    }
    try {
      return Invitation.fromNode(
          Json.parse(new TomlMapper().readTree(text).toString().getBytes(StandardCharsets.UTF_8)));
    } catch (JacksonException e) {
      throw new CommandException(
          ErrorCode.INVITATION,
          "read invitation: it is not TOML: " + e.getOriginalMessage(),
          "use the file as `dmg peer invite` wrote it");
    }
  }
}
