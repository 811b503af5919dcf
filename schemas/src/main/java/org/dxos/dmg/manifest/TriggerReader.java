package org.dxos.dmg.manifest;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.Trigger;

/** One item of {@code triggers}. */
final class TriggerReader {

  private static final List<String> KINDS =
      List.of("timer", "subscription", "webhook", "feed", "email", "function", "signal", "direct");

  private static final String CRON =
      "five fields (minute, hour, day of month, month, day of week), such as `\"*/5 * * * *\"`";

  private TriggerReader() {}

  static Optional<Trigger> read(Section.Place place, Node node) {
    return Section.of(place, node, "an object such as `{\"kind\": \"direct\"}`", "kind")
        .flatMap(
            section -> section.requiredChoice("kind", KINDS).flatMap(kind -> read(section, kind)));
  }

  private static Optional<Trigger> read(Section section, String kind) {
    return switch (kind) {
      case "timer" -> timer(section);
      case "subscription" -> {
        Optional<String> source = section.text("source");
        Optional<Node> query = free(section, "query");
        Optional<Node> filter = free(section, "filter");
        yield section.make(() -> new Trigger.Subscription(source, query, filter));
      }
      case "webhook" -> {
        Optional<String> method =
            section.matching(
                "method",
                "an HTTP method in upper case",
                text -> text.matches("[A-Z][A-Z0-9-]*"),
                text ->
                    text.matches("[A-Za-z][A-Za-z0-9-]*")
                        ? Optional.of("write `\"" + text.toUpperCase(Locale.ROOT) + "\"`")
                        : Optional.empty());
        Optional<String> path = section.text("path");
        yield section.make(
            () -> new Trigger.Webhook(method.orElse(Trigger.Webhook.DEFAULT_METHOD), path));
      }
      case "feed" -> {
        Optional<String> feed = section.text("feed");
        yield section.make(() -> new Trigger.Feed(feed));
      }
      case "email" -> {
        Optional<String> address = section.text("address");
        yield section.make(() -> new Trigger.Email(address));
      }
      case "function" -> {
        Optional<Name> function =
            section
                .required("function", Names.EXPECTED)
                .flatMap(name -> Names.read(section.at("function"), name));
        Optional<String> on = section.text("on");
        yield section.make(() -> new Trigger.Function(function.orElseThrow(), on));
      }
      case "signal" -> {
        Optional<String> topic = section.requiredText("topic", "the topic as text");
        yield section.make(() -> new Trigger.Signal(topic.orElseThrow()));
      }
      case "direct" -> section.make(Trigger.Direct::new);
      default -> throw new IllegalStateException("trigger kind " + kind);
    };
  }

  private static Optional<Trigger> timer(Section section) {
    Optional<String> cron =
        section
            .required("cron", CRON)
            .flatMap(
                node ->
                    Values.matching(
                        section.at("cron"), node, CRON, Values::isCron, Values::cronHint));
    Optional<String> timezone = section.text("timezone");
    return section.make(
        () ->
            new Trigger.Timer(cron.orElseThrow(), timezone.orElse(Trigger.Timer.DEFAULT_TIMEZONE)));
  }

  private static Optional<Node> free(Section section, String field) {
    return section.node(field).flatMap(node -> Values.free(section.at(field), node));
  }
}
