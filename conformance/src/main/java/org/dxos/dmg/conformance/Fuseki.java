package org.dxos.dmg.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Jena's own server, in a process of its own, over a database as it makes it by default, with the
 * union of all graphs as the default graph: what answers of a node are measured against.
 */
final class Fuseki implements AutoCloseable {

  private static final int START_SECONDS = 60;

  private final Process process;
  private final String endpoint;

  private Fuseki(Process process, String endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /**
   * Starts one.
   *
   * @param jar of the server with all it needs
   * @param database folder of a TDB2 database that nobody else has open
   * @throws IOException if it does not answer within a minute
   */
  static Fuseki start(Path jar, Path database) throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path settings = database.resolveSibling("fuseki.ttl");
    Files.writeString(settings, settings(database));
    Path log = database.resolveSibling("fuseki.log");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-Xmx512m",
                    "-jar",
                    jar.toString(),
                    "--localhost",
                    "--port=" + port,
                    "--config=" + settings))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Fuseki fuseki = new Fuseki(process, "http://127.0.0.1:" + port + "/ds/sparql");
    for (int second = 0; second < START_SECONDS; second++) {
      try (InputStream answer =
          URI.create(fuseki.endpoint + "?query=ASK%7B%7D").toURL().openStream()) {
        answer.readAllBytes();
        return fuseki;
      } catch (IOException e) {
        if (process.waitFor(1, TimeUnit.SECONDS)) {
          break;
        }
      }
    }
    process.destroyForcibly();
    throw new IOException("fuseki did not start: " + Files.readString(log));
  }

  private static String settings(Path database) {
    return """
    PREFIX : <#>
    PREFIX fuseki: <http://jena.apache.org/fuseki#>
    PREFIX tdb2: <http://jena.apache.org/2016/tdb#>
    [] a fuseki:Server ; fuseki:services ( :service ) .
    :service a fuseki:Service ; fuseki:name "ds" ;
      fuseki:endpoint [ fuseki:operation fuseki:query ; fuseki:name "sparql" ] ;
      fuseki:dataset :dataset .
    :dataset a tdb2:DatasetTDB2 ; tdb2:location "%s" ; tdb2:unionDefaultGraph true .
    """
        .formatted(database);
  }

  String endpoint() {
    return endpoint;
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    process.waitFor();
  }
}
