package org.dxos.dmg.record;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.version.Range;

/**
 * One way to run a module: the first variant that fits a target is taken.
 *
 * @param version which versions of the runtime, {@link Range#ANY} by default
 * @param backends a set, {@link Runtime#defaultBackends} if empty
 * @param deployments a set, all if empty
 * @param image of a container, instead of or beside a bundle
 * @param exec paths in the bundle that are executables, a set
 * @param entry the path in the bundle that is started; of a single file, its name
 * @param memory bytes
 * @param timeout milliseconds
 */
public record Variant(
    Runtime runtime,
    Range version,
    List<Backend> backends,
    List<Deployment> deployments,
    Optional<Bundle> bundle,
    Optional<String> image,
    List<String> exec,
    Optional<String> entry,
    OptionalLong memory,
    OptionalLong timeout,
    Map<String, String> env) {

  /** The deployments of a variant that names none. */
  public static final List<Deployment> ALL_DEPLOYMENTS =
      List.of(Deployment.BARE_METAL, Deployment.DOCKER, Deployment.KUBERNETES);

  public Variant {
    backends = backends.isEmpty() ? runtime.defaultBackends() : Rules.byText(backends);
    deployments = deployments.isEmpty() ? ALL_DEPLOYMENTS : Rules.byText(deployments);
    Rules.text("image", image);
    exec = Rules.paths("exec", exec);
    entry.ifPresent(path -> Rules.path("entry", path));
    Rules.uint("memory", memory);
    Rules.uint("timeout", timeout);
    env.forEach(
        (key, value) -> {
          Rules.text("env", key);
          Rules.text("env", value);
        });
    env = Rules.byKey(env);
  }
}
