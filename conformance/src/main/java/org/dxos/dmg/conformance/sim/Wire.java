package org.dxos.dmg.conformance.sim;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.ItemReader;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.sync.wire.Request;

/**
 * A machine as another one asks it: its real answers, through the real codec, and what becomes of
 * them.
 */
final class Wire implements Remote {

  private final Machine machine;
  private final BiFunction<Request, List<Item>, List<Item>> lie;
  private long left;

  /**
   * @param lie what it says instead
   * @param cut items after which the link breaks off
   */
  Wire(Machine machine, BiFunction<Request, List<Item>, List<Item>> lie, long cut) {
    this.machine = machine;
    this.lie = lie;
    this.left = cut;
  }

  @Override
  public String name() {
    return machine.name;
  }

  @Override
  public Answer ask(Request request) throws IOException {
    return answer(new Responder(machine), request, lie, () -> left-- > 0);
  }

  /**
   * A real answer, and what becomes of it.
   *
   * @param isUp asked before each item
   */
  static Answer answer(
      Responder responder,
      Request request,
      BiFunction<Request, List<Item>, List<Item>> lie,
      BooleanSupplier isUp)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ItemWriter out = new ItemWriter(bytes);
    switch (request) {
      case Request.Roots one -> responder.roots(one, out);
      case Request.Tree one -> responder.tree(one, out);
      case Request.Log one -> responder.log(one, out);
      case Request.Blocks one -> responder.blocks(one, out);
      case Request.Forks one -> responder.forks(one, out);
      default -> throw new IOException("not asked in a simulation: " + request);
    }
    List<Item> items = new ArrayList<>();
    ItemReader reader = new ItemReader(new ByteArrayInputStream(bytes.toByteArray()));
    for (Optional<Item> item = reader.next(); item.isPresent(); item = reader.next()) {
      items.add(item.get());
    }
    Iterator<Item> said = lie.apply(request, items).iterator();
    return new Answer() {
      @Override
      public Optional<Item> next() throws IOException {
        if (!isUp.getAsBoolean()) {
          throw new IOException("the link broke off");
        }
        return said.hasNext() ? Optional.of(said.next()) : Optional.empty();
      }

      @Override
      public void close() {
        // nothing is open
      }
    };
  }
}
