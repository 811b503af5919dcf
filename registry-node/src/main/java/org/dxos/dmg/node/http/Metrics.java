package org.dxos.dmg.node.http;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.dxos.dmg.dagcbor.Node;

/** Figures of a node in the text format of Prometheus. */
final class Metrics {

  static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final AtomicLongArray answers = new AtomicLongArray(6);

  /** Counts an answer by the first digit of its status. */
  void answered(int status) {
    answers.incrementAndGet(Math.clamp(status / 100, 0, 5));
  }

  /**
   * @param status of the registry
   */
  String text(Node.Map status) {
    StringBuilder out = new StringBuilder();
    type(out, "dmg_http_answers_total", "counter", "answers by the class of their status");
    for (int i = 1; i <= 5; i++) {
      out.append("dmg_http_answers_total{status=\"%dxx\"} %d\n".formatted(i, answers.get(i)));
    }
    gauge(
        out, "dmg_journal_position", "the newest entry of the journal", number(status, "position"));
    gauge(
        out,
        "dmg_authorities",
        "authorities held",
        status.entries().get("authorities") instanceof Node.Array all ? all.items().size() : 0);
    gauge(
        out,
        "dmg_authorities_contested",
        "authorities for which nothing new is admitted",
        count(status, "contested"));
    gauge(
        out,
        "dmg_authorities_stale",
        "authorities whose newest head has expired",
        count(status, "stale"));
    gauge(
        out,
        "dmg_authorities_with_ending_delegates",
        "authorities with a delegate that ends within 14 days, or has",
        count(status, "delegatesEnding"));
    if (status.entries().get("projection") instanceof Node.Map projection) {
      gauge(
          out,
          "dmg_projection_position",
          "the entry that the RDF projection has come to",
          number(projection, "position"));
      gauge(
          out,
          "dmg_projection_behind",
          "entries that the RDF projection has to go",
          number(projection, "behind"));
    }
    gauge(out, "dmg_forks", "proofs of forks that are held", number(status, "forks"));
    if (status.entries().get("peers") instanceof Node.Map peers) {
      gauge(out, "dmg_peers_linked", "nodes that this one is linked with", number(peers, "linked"));
      gauge(out, "dmg_peers_connected", "of these, connected now", number(peers, "connected"));
      gauge(
          out,
          "dmg_peers_equal",
          "of these, with the root that this node has, when asked last",
          number(peers, "equal"));
      gauge(
          out,
          "dmg_peers_failing",
          "of these, with which something went wrong last",
          number(peers, "failing"));
      gauge(
          out,
          "dmg_peers_lag_seconds",
          "since this node last lacked nothing of a peer that it follows, the longest",
          number(peers, "lag"));
      gauge(
          out,
          "dmg_peers_forks",
          "authorities of which a peer showed a fork, the most of one peer",
          number(peers, "forks"));
      counter(
          out,
          "dmg_peers_received_bytes_total",
          "bytes of blocks from all of them since the start",
          number(peers, "received"));
      counter(
          out,
          "dmg_peers_sent_bytes_total",
          "bytes of answers to all of them since the start",
          number(peers, "sent"));
    }
    if (status.entries().get("pullThrough") instanceof Node.Map pulls) {
      type(out, "dmg_pulls_total", "counter", "authorities that were looked for elsewhere");
      for (String what : List.of("found", "missed", "remembered", "refused")) {
        out.append("dmg_pulls_total{outcome=\"%s\"} %d\n".formatted(what, number(pulls, what)));
      }
    }
    Runtime runtime = Runtime.getRuntime();
    gauge(
        out, "jvm_memory_used_bytes", "heap in use", runtime.totalMemory() - runtime.freeMemory());
    gauge(out, "jvm_memory_max_bytes", "largest heap", runtime.maxMemory());
    return out.toString();
  }

  /** Authorities whose status has a field. */
  private static long count(Node.Map status, String field) {
    return status.entries().get("authorities") instanceof Node.Array all
        ? all.items().stream()
            .filter(one -> one instanceof Node.Map map && map.entries().containsKey(field))
            .count()
        : 0;
  }

  static long number(Node.Map map, String field) {
    return map.entries().get(field) instanceof Node.Int number ? number.value() : 0;
  }

  private static void gauge(StringBuilder out, String name, String help, long value) {
    type(out, name, "gauge", help);
    out.append(name).append(' ').append(value).append('\n');
  }

  private static void counter(StringBuilder out, String name, String help, long value) {
    type(out, name, "counter", help);
    out.append(name).append(' ').append(value).append('\n');
  }

  private static void type(StringBuilder out, String name, String type, String help) {
    out.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
  }
}
