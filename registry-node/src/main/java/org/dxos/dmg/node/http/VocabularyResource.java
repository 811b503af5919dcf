package org.dxos.dmg.node.http;

import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.manifest.Manifest;
import org.dxos.dmg.rdf.RdfDocuments;
import org.eclipse.jetty.http.HttpHeader;

/** What the words mean: the JSON Schema of manifests, ontology, shapes and context. */
final class VocabularyResource implements Resource {

  static final String MANIFEST_SCHEMA = "/v1/schema/dmg.schema.json";
  static final String ONTOLOGY = "/v1/schema/ontology.ttl";
  static final String SHAPES = "/v1/schema/shapes.ttl";
  static final String CONTEXT = "/v1/schema/context.jsonld";

  private record Document(String mediaType, byte[] bytes, String tag) {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    Document {}

    static Document of(String mediaType, byte[] bytes) {
      return new Document(mediaType, bytes, "\"" + Cid.of(Cid.RAW, bytes) + "\"");
    }
  }

  private final Map<String, Document> documents =
      Map.of(
          MANIFEST_SCHEMA, Document.of("application/schema+json", Manifest.jsonSchema()),
          ONTOLOGY, Document.of("text/turtle", RdfDocuments.ontology()),
          SHAPES, Document.of("text/turtle", RdfDocuments.shapes()),
          CONTEXT, Document.of("application/ld+json", RdfDocuments.context()));

  @Override
  public boolean serves(Exchange exchange) {
    return documents.containsKey(exchange.rawPath())
        && (exchange.method().equals("GET") || exchange.method().equals("HEAD"));
  }

  @Override
  public void handle(Exchange exchange) {
    Document document = Optional.ofNullable(documents.get(exchange.rawPath())).orElseThrow();
    exchange
        .headers()
        .put(HttpHeader.ETAG, document.tag())
        .put(HttpHeader.CACHE_CONTROL, "no-cache");
    if (!exchange.notModified(document.tag())) {
      exchange.send(200, document.mediaType(), document.bytes());
    }
  }
}
