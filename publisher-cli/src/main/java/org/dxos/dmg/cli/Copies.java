package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.carry.CarFile;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.error.FormatException;

/** Where blocks may be had, in the order given. */
record Copies(List<BlockSource> sources, List<AutoCloseable> open)
    implements BlockSource, AutoCloseable {

  static Copies of(List<String> places) throws IOException {
    List<BlockSource> sources = new ArrayList<>();
    List<AutoCloseable> open = new ArrayList<>();
    for (String place : places) {
      List<Path> files = files(Path.of(place));
      for (Path file : files) {
        CarFile car = open(file);
        sources.add(car);
        open.add(car);
      }
      if (files.isEmpty()) {
        Registry registry = Registries.at(place, Optional.empty());
        sources.add(registry);
        open.add(registry::close);
      }
    }
    return new Copies(sources, open);
  }

  /** A CAR, or those of a backup. */
  private static List<Path> files(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return Files.isRegularFile(place) ? List.of(place) : List.of();
    }
    try (Stream<Path> all = Files.list(place)) {
      List<Path> cars = all.filter(file -> file.toString().endsWith(".car")).sorted().toList();
      if (cars.isEmpty()) {
        throw new CommandException(
            ErrorCode.USAGE,
            "read copies from `" + place + "`: there is no CAR in it",
            "give a folder that `dmg backup` wrote, a CAR, or the URL of a node");
      }
      return cars;
    }
  }

  private static CarFile open(Path file) throws IOException {
    try {
      return CarFile.open(file);
    } catch (FormatException e) {
      throw new CommandException(
          e.code(),
          "read copies from `" + file + "`: " + e.message(),
          "have it written again, or give another copy");
    }
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    for (BlockSource source : sources) {
      try {
        Optional<byte[]> block = source.get(cid);
        if (block.isPresent()) {
          return block;
        }
      } catch (RuntimeException e) {
        // One that has it wrong, or may not give it, is as one that does not have it.
        if (!(e instanceof Explained explained)
            || (explained.code() != ErrorCode.BLOCK_CORRUPT
                && explained.code() != ErrorCode.WITHHELD)) {
          throw e;
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    for (AutoCloseable one : open) {
      try {
        one.close();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
