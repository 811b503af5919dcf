package org.dxos.dmg.graph;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.jena.graph.Node;
import org.apache.jena.riot.out.NodeFmtLib;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.sparql.core.Quad;
import org.apache.jena.system.Txn;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.NIOFSDirectory;

/** What is different between a projection as it is and one that was just made. */
final class Comparison {

  /** Differences that are told one by one; of more there is a number. */
  private static final int TOLD = 200;

  private final List<String> told = new ArrayList<>();
  private long more;

  private Comparison() {}

  /** Both are left open, and are not written to meanwhile. */
  static List<String> of(Projection found, Projection expected) throws IOException {
    Comparison comparison = new Comparison();
    Txn.executeRead(
        found.graph(),
        () ->
            Txn.executeRead(
                expected.graph(), () -> comparison.graphs(found.graph(), expected.graph())));
    comparison.words(words(found.data()), words(expected.data()));
    if (comparison.more > 0) {
      comparison.told.add(comparison.more + " more differences");
    }
    return comparison.told;
  }

  private void graphs(DatasetGraph found, DatasetGraph expected) {
    TreeMap<String, Node> graphs = new TreeMap<>();
    found.listGraphNodes().forEachRemaining(one -> graphs.put(NodeFmtLib.strNT(one), one));
    expected.listGraphNodes().forEachRemaining(one -> graphs.put(NodeFmtLib.strNT(one), one));
    graphs.forEach(
        (name, graph) -> {
          Set<Quad> is = quads(found, graph);
          Set<Quad> must = quads(expected, graph);
          if (must.isEmpty()) {
            tell("graph " + name + " is of nothing that is held, it has " + is.size() + " quads");
          } else if (is.isEmpty()) {
            tell("graph " + name + " is not there, expected " + must.size() + " quads");
          } else {
            is.stream().filter(quad -> !must.contains(quad)).forEach(quad -> tell("says", quad));
            must.stream().filter(quad -> !is.contains(quad)).forEach(quad -> tell("lacks", quad));
          }
        });
  }

  private static Set<Quad> quads(DatasetGraph from, Node graph) {
    Set<Quad> quads = new HashSet<>();
    from.find(graph, Node.ANY, Node.ANY, Node.ANY).forEachRemaining(quads::add);
    return quads;
  }

  private void words(int found, int expected) {
    if (found != expected) {
      tell("the words of " + found + " texts are there, expected " + expected);
    }
  }

  private static int words(Path data) throws IOException {
    try (NIOFSDirectory words = new NIOFSDirectory(data.resolve("words"))) {
      if (!DirectoryReader.indexExists(words)) {
        return 0;
      }
      try (DirectoryReader reader = DirectoryReader.open(words)) {
        return reader.numDocs();
      }
    }
  }

  private void tell(String what, Quad quad) {
    tell(
        "graph "
            + NodeFmtLib.strNT(quad.getGraph())
            + " "
            + what
            + " "
            + NodeFmtLib.strNT(quad.getSubject())
            + " "
            + NodeFmtLib.strNT(quad.getPredicate())
            + " "
            + NodeFmtLib.strNT(quad.getObject()));
  }

  private void tell(String what) {
    if (told.size() < TOLD) {
      told.add(what);
    } else {
      more++;
    }
  }
}
