package org.dxos.dmg.client;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.api.Spaces;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.verdict.Signed;

/** The spaces of a node, over HTTP, for those who run it. */
final class RemoteSpaces implements Spaces {

  private static final String PATH = "/v1/spaces";

  private final HttpRegistry node;

  RemoteSpaces(HttpRegistry node) {
    this.node = node;
  }

  @Override
  public List<SpaceInfo> all() {
    Node told;
    try {
      told = node.asked("GET", PATH, Optional.empty());
    } catch (RemoteException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
      return List.of(); // to whoever does not run the node it has none
    }
    Fields fields = Fields.of("spaces", ErrorCode.JSON_SYNTAX, told);
    return fields.list("spaces", SpaceInfo::fromNode);
  }

  @Override
  public SpaceInfo show(String space) {
    return all().stream()
        .filter(one -> one.id().toString().equals(space) || one.name().equals(Optional.of(space)))
        .findFirst()
        .orElseThrow(
            () ->
                new NotFoundException(
                    ErrorCode.NOT_FOUND,
                    "open space `" + space + "`: there is none at " + node.place(),
                    List.of(),
                    "see `dmg space list`; DMG_TOKEN has to be the node's token"));
  }

  @Override
  public Registry open(String space) {
    return node.in(show(space).id());
  }

  @Override
  public SpaceInfo rename(String space, String name) {
    return SpaceInfo.fromNode(
        node.asked(
            "PUT",
            PATH + "/" + show(space).id(),
            Optional.of(new MapBuilder().put("name", name).build())));
  }

  @Override
  public SpaceInfo learn(Cid id, List<Cid> envelopes, BlockSource offered, Optional<String> name) {
    Set<Cid> blocks = new LinkedHashSet<>();
    for (Cid envelope : envelopes) {
      blocks.add(Signed.read(offered, envelope, SpaceEntry.class).envelope().body());
      blocks.add(envelope);
    }
    return SpaceInfo.fromNode(
        node.sendSpace(
            List.copyOf(blocks), envelopes, offered, name.map(one -> "?name=" + one).orElse("")));
  }
}
