package org.dxos.dmg.graph;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.jena.graph.Node;
import org.apache.jena.riot.out.NodeFmtLib;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.sparql.core.Quad;
import org.apache.jena.system.Txn;

/**
 * What is different between a projection as it is and one that was just made.
 *
 * @param differences each a line for a person
 * @param graphs that were compared, quad by quad
 * @param words that were compared, each with the texts that it is found in
 */
public record Comparison(
    List<String> differences, long graphs, long quads, long words, long texts) {

  /** Nothing to compare. */
  static final Comparison NONE = new Comparison(List.of(), 0, 0, 0, 0);

  public Comparison {
    differences = List.copyOf(differences);
  }

  /** Both are left open, and are not written to meanwhile. */
  static Comparison of(Projection found, Projection expected) throws IOException {
    Run run = new Run();
    Txn.executeRead(
        found.graph(),
        () -> Txn.executeRead(expected.graph(), () -> run.graphs(found.graph(), expected.graph())));
    run.words(found.data(), expected.data());
    if (run.more > 0) {
      run.told.add(run.more + " more differences");
    }
    return new Comparison(run.told, run.graphs, run.quads, run.words, run.texts);
  }

  private static final class Run {

    /** Differences that are told one by one; of more there is a number. */
    private static final int TOLD = 200;

    private final List<String> told = new ArrayList<>();
    private long more;
    private long graphs;
    private long quads;
    private long words;
    private long texts;

    private void graphs(DatasetGraph found, DatasetGraph expected) {
      TreeMap<String, Node> graphs = new TreeMap<>();
      found.listGraphNodes().forEachRemaining(one -> graphs.put(NodeFmtLib.strNT(one), one));
      expected.listGraphNodes().forEachRemaining(one -> graphs.put(NodeFmtLib.strNT(one), one));
      graphs.forEach(
          (name, graph) -> {
            Set<Quad> is = quads(found, graph);
            Set<Quad> must = quads(expected, graph);
            this.graphs++;
            this.quads += must.size();
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

    /** First whether the files are as they were written: what is read of others means nothing. */
    private void words(Path found, Path expected) throws IOException {
      TextWords must = TextWords.of(expected);
      words = must.terms().size();
      texts = must.texts();
      TextWords is;
      try {
        is = TextWords.of(found);
      } catch (IOException e) {
        tell("the words cannot be read: " + e.getMessage());
        return;
      }
      if (is.texts() != must.texts()) {
        tell("the words of " + is.texts() + " texts are there, expected " + must.texts());
      }
      Set<String> all = new TreeSet<>(must.terms().keySet());
      all.addAll(is.terms().keySet());
      for (String word : all) {
        TextWords.Where at = is.terms().getOrDefault(word, TextWords.Where.NOWHERE);
        TextWords.Where where = must.terms().getOrDefault(word, TextWords.Where.NOWHERE);
        if (!at.equals(where)) {
          tell(
              "the word `%s` is found %d times, or elsewhere, expected %d"
                  .formatted(word, at.times(), where.times()));
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
}
