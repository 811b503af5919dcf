package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.QueryAnswer;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.error.ErrorCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "sparql",
    mixinStandardHelpOptions = true,
    description = "Ask a SPARQL 1.1 query over everything that is public here.")
final class SparqlCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(
      paramLabel = "QUERY",
      description = "the query, @FILE to read it from a file, or - for standard input")
  private String query = "";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text, json, xml, csv, tsv, turtle or ntriples (default: text)")
  private String format = "";

  SparqlCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    String text = query;
    if (query.equals("-")) {
      text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    } else if (query.startsWith("@")) {
      Path file = Path.of(query.substring(1));
      if (!Files.exists(file)) {
        throw new CommandException(
            ErrorCode.USAGE,
            "read query from `" + file + "`: there is no such file",
            "give the path of a file with a query");
      }
      text = Files.readString(file);
    }
    try (Registry registry = session.registry()) {
      QueryAnswer answer =
          registry.sparql(text, session.json() ? mediaType("json") : mediaType(format));
      session.terminal().bytes(answer.body());
      if (answer.body().length > 0 && answer.body()[answer.body().length - 1] != '\n') {
        session.terminal().line("");
      }
      return 0;
    }
  }

  private static String mediaType(String format) {
    return switch (format) {
      case "text" -> "text/plain";
      case "json" -> "application/sparql-results+json, application/ld+json;q=0.5";
      case "xml" -> "application/sparql-results+xml";
      case "csv" -> "text/csv";
      case "tsv" -> "text/tab-separated-values";
      case "turtle" -> "text/turtle";
      case "ntriples" -> "application/n-triples";
      default ->
          throw new CommandException(
              ErrorCode.USAGE,
              "print as `" + format + "`: no such format",
              "use text, json, xml, csv, tsv, turtle or ntriples");
    };
  }
}
