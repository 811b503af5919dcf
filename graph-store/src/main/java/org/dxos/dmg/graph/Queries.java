package org.dxos.dmg.graph;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.jena.graph.Triple;
import org.apache.jena.query.ARQ;
import org.apache.jena.query.DatasetFactory;
import org.apache.jena.query.Query;
import org.apache.jena.query.QueryCancelledException;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.QuerySolution;
import org.apache.jena.query.ResultSet;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.query.text.TextQuery;
import org.apache.jena.query.text.TextQueryPF;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.rdf.model.ModelFactory;
import org.apache.jena.rdf.model.RDFNode;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.riot.ResultSetMgr;
import org.apache.jena.riot.resultset.ResultSetLang;
import org.apache.jena.shared.JenaException;
import org.apache.jena.sparql.ARQConstants;
import org.apache.jena.sparql.ARQInternalErrorException;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.sparql.engine.main.QC;
import org.apache.jena.sparql.function.FunctionRegistry;
import org.apache.jena.sparql.pfunction.PropertyFunctionRegistry;
import org.apache.jena.sparql.service.ServiceExecutorRegistry;
import org.apache.jena.sparql.util.Context;
import org.apache.jena.system.Txn;
import org.apache.jena.tdb2.TDB2;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.automaton.TooComplexToDeterminizeException;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.rdf.Ontology;
import org.dxos.dmg.version.Version;

/** Runs queries over a dataset, within limits of time, rows and number. */
final class Queries {

  private final DatasetGraph graph;
  private final QueryLimits limits;
  private final Semaphore turns;
  private final Semaphore abandoned;
  private final FunctionRegistry functions = VersionFunctions.registry();
  private final PropertyFunctionRegistry properties = new PropertyFunctionRegistry();

  /**
   * @param modules the module graph of now
   */
  Queries(DatasetGraph graph, QueryLimits limits, Supplier<ModuleGraph> modules) {
    this.graph = graph;
    this.limits = limits;
    this.turns = new Semaphore(limits.concurrent(), true);
    this.abandoned = new Semaphore(limits.abandoned());
    TextQuery.init();
    properties.put(QueryGuard.TEXT_QUERY, TextQueryPF.class);
    ModuleProperties.register(properties, modules);
  }

  GraphIndex.Answer answer(String text, String accept) {
    Query query = QueryGuard.check(text);
    return run(query, execution -> write(query, execution, accept));
  }

  private interface Work<T> {
    T on(QueryExecution execution);
  }

  private <T> T run(Query query, Work<T> work) {
    takeTurn();
    return new QueryRun<T>(limits, turns, abandoned)
        .await(started -> Txn.calculateRead(graph, () -> execute(query, work, started)));
  }

  private void takeTurn() {
    try {
      if (!turns.tryAcquire(limits.turnMillis(), TimeUnit.MILLISECONDS)) {
        throw new GraphException(
            ErrorCode.QUERY_LIMIT,
            "run query: " + limits.concurrent() + " are running",
            "try again in a moment");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GraphException(
          ErrorCode.QUERY_TIMEOUT, "run query: interrupted while it waited", "");
    }
  }

  private <T> T execute(Query query, Work<T> work, CompletableFuture<QueryExecution> started) {
    try (QueryExecution execution = execution(query)) {
      started.complete(execution);
      return work.on(execution);
    } catch (QueryCancelledException e) {
      throw new GraphException(ErrorCode.QUERY_TIMEOUT, "run query: stopped", "");
    } catch (TooComplexToDeterminizeException | IndexSearcher.TooManyClauses e) {
      throw new GraphException(
          ErrorCode.QUERY_LIMIT,
          "run query: its text search matches too much",
          "use longer words and fewer wildcards");
    } catch (JenaException e) {
      if (GraphIndex.isDamage(e)) {
        throw e; // no fault of the query
      }
      if (e.getCause() instanceof ARQInternalErrorException) {
        throw new GraphException(
            ErrorCode.INTERNAL,
            "run query: the engine failed: " + QueryGuard.firstLine(e),
            "write it another way");
      }
      throw new GraphException(
          ErrorCode.SPARQL_SYNTAX, "run query: " + QueryGuard.firstLine(e), "");
    }
  }

  private QueryExecution execution(Query query) {
    QueryExecution execution =
        QueryExecution.create().dataset(DatasetFactory.wrap(graph)).query(query).build();
    Context context = execution.getContext();
    context.set(TDB2.symUnionDefaultGraph, true);
    QC.setFactory(context, Execution::new);
    context.set(ARQConstants.registryFunctions, functions);
    context.set(ARQConstants.registryPropertyFunctions, properties);
    // The guard refuses it; should one slip through, there is nobody to call.
    context.set(ARQ.httpServiceAllowed, false);
    ServiceExecutorRegistry.set(context, new ServiceExecutorRegistry());
    return execution;
  }

  private GraphIndex.Answer write(Query query, QueryExecution execution, String accept) {
    if (query.isSelectType()) {
      return rows(execution, accept);
    }
    if (query.isAskType()) {
      boolean yes = execution.execAsk();
      if (wants(accept, "text/plain")) {
        return new GraphIndex.Answer(
            "text/plain; charset=utf-8", (yes + "\n").getBytes(StandardCharsets.UTF_8));
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Format format = format(accept);
      ResultSetMgr.write(out, yes, format.lang());
      return new GraphIndex.Answer(format.mediaType(), out.toByteArray());
    }
    return triples(execution.execConstructTriples(), accept);
  }

  private record Format(String mediaType, Lang lang) {}

  private static Format format(String accept) {
    if (wants(accept, "application/sparql-results+xml")) {
      return new Format("application/sparql-results+xml", ResultSetLang.RS_XML);
    }
    if (wants(accept, "text/csv")) {
      return new Format("text/csv; charset=utf-8", ResultSetLang.RS_CSV);
    }
    if (wants(accept, "text/tab-separated-values")) {
      return new Format("text/tab-separated-values; charset=utf-8", ResultSetLang.RS_TSV);
    }
    return new Format("application/sparql-results+json", ResultSetLang.RS_JSON);
  }

  private static boolean wants(String accept, String mediaType) {
    return accept.toLowerCase(Locale.ROOT).contains(mediaType)
        && !accept.contains("application/sparql-results+json");
  }

  private GraphIndex.Answer rows(QueryExecution execution, String accept) {
    ResultSet limited = new LimitedRows(execution.execSelect(), limits.rows());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (wants(accept, "text/plain")) {
      ResultSetFormatter.out(out, limited);
      return new GraphIndex.Answer("text/plain; charset=utf-8", out.toByteArray());
    }
    Format format = format(accept);
    if (format.lang().equals(ResultSetLang.RS_JSON)) {
      return new GraphIndex.Answer(format.mediaType(), ResultsJson.of(limited));
    }
    ResultSetMgr.write(out, limited, format.lang());
    return new GraphIndex.Answer(format.mediaType(), out.toByteArray());
  }

  private GraphIndex.Answer triples(Iterator<Triple> found, String accept) {
    Model model = ModelFactory.createDefaultModel();
    while (found.hasNext()) {
      model.getGraph().add(found.next());
      if (model.size() > limits.triples()) {
        throw new GraphException(
            ErrorCode.QUERY_LIMIT,
            "run query: more than " + limits.triples() + " triples",
            "narrow it, or use LIMIT");
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (wants(accept, "application/n-triples")) {
      RDFDataMgr.write(out, model, Lang.NTRIPLES);
      return new GraphIndex.Answer("application/n-triples", out.toByteArray());
    }
    if (accept.contains("application/ld+json")) {
      RDFDataMgr.write(out, model, Lang.JSONLD);
      return new GraphIndex.Answer("application/ld+json", out.toByteArray());
    }
    RDFDataMgr.write(out, model, Lang.TURTLE);
    return new GraphIndex.Answer("text/turtle; charset=utf-8", out.toByteArray());
  }

  List<GraphIndex.Hit> search(String words, int limit) {
    String lucene = lucene(words);
    if (lucene.isEmpty()) {
      return List.of();
    }
    String escaped = lucene.replace("\\", "\\\\").replace("\"", "\\\"");
    String found =
        "(?release ?score) <%s> (\"%s\" 1000) .".formatted(QueryGuard.TEXT_QUERY, escaped);
    // Joined with anything, a text query without a hit makes the engine peek into nothing and fail;
    // so it is asked alone first.
    Query any = QueryFactory.create("SELECT ?release WHERE { " + found + " } LIMIT 1");
    if (!run(any, execution -> execution.execSelect().hasNext())) {
      return List.of();
    }
    Query query =
        QueryFactory.create(
            """
            SELECT ?of ?version ?description ?score WHERE {
              %s
              ?release <%s> ?of ; <%s> ?version .
              OPTIONAL { ?release <%s> ?description }
              FILTER NOT EXISTS { ?release <%s> ?yanked }
              FILTER NOT EXISTS { ?release <%s> ?withdrawn }
              FILTER NOT EXISTS { ?release <%s> ?void }
            } ORDER BY DESC(?score) ?of"""
                .formatted(
                    found,
                    Ontology.OF,
                    Ontology.VERSION,
                    Ontology.DESCRIPTION,
                    Ontology.YANKED,
                    Ontology.WITHDRAWN,
                    Ontology.VOID));
    return run(query, execution -> hits(execution.execSelect(), limit));
  }

  /** One hit a module, with its newest version; the order is that of the best score. */
  private static List<GraphIndex.Hit> hits(ResultSet rows, int limit) {
    Map<String, GraphIndex.Hit> best = new LinkedHashMap<>();
    while (rows.hasNext()) {
      QuerySolution row = rows.next();
      String name = row.getResource("of").getURI().substring("dxn://".length());
      String version = row.getLiteral("version").getString();
      Optional<String> description =
          Optional.ofNullable(row.get("description"))
              .map(RDFNode::asLiteral)
              .map(one -> one.getString());
      GraphIndex.Hit hit = new GraphIndex.Hit(name, version, description);
      best.merge(
          name,
          hit,
          (a, b) -> Version.parse(a.version()).compareTo(Version.parse(b.version())) >= 0 ? a : b);
    }
    return best.values().stream().limit(limit).toList();
  }

  /**
   * Words as a query of Lucene: each has to occur, as it is, as a beginning, or with one letter
   * wrong.
   */
  private static String lucene(String words) {
    List<String> terms = new ArrayList<>();
    for (String word : words.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")) {
      if (!word.isEmpty()) {
        String fuzzy = word.length() > 3 ? " OR " + word + "~1" : "";
        terms.add("(" + word + "^4 OR " + word + "*" + fuzzy + ")");
      }
    }
    return String.join(" AND ", terms);
  }
}
